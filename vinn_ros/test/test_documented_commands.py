"""The commands that README and docs/ show are there, with the arguments and parameters that they are given."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import vinn_training
from vinn_ros import graph
from vinn_ros.documentation.commands import EXECUTABLES
from vinn_ros.documentation.parameters import node_specs
from vinn_ros.entry_points import NODES
from vinn_ros.offline_evaluation import plan
from vinn_training.cli.main import SUBCOMMANDS

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [path for path in (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))) if path.exists()]
LAUNCH_ARGUMENTS = {
    "door_opening.launch.py": {argument.name for argument in graph.ARGUMENTS},
    "offline_evaluation.launch.py": {argument.name for argument in plan.ARGUMENTS},
}


def shown(page: Path) -> str:
    """The code that a page shows, in blocks and in lines, with continued lines joined."""
    text = page.read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    blocks += re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
    return "\n".join((*blocks, *re.findall(r"`([^`\n]+)`", text))).replace("\\\n", " ")


@pytest.fixture(scope="module")
def settings() -> set[str]:
    """The names of everything that a dataclass of vinn_training holds; options are named after them."""
    names: set[str] = set()
    for file in Path(vinn_training.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                names.add(node.target.id)
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_vinn_commands_are_there_with_their_options(page, settings):
    for line in re.findall(r"(?:^|\$ |`|then: )vinn (.+)", shown(page), re.MULTILINE):
        line = line.partition("#")[0]
        name = line.split()[0]
        assert name in SUBCOMMANDS or name in ("COMMAND", "SUBCOMMAND"), line
        for option in re.findall(r"(?<!\S)--([a-z][\w.-]*)", line):
            assert option in ("help", "trace") or option.split(".")[-1].replace("-", "_") in settings, (
                f"{line}: {option}"
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_launch_files_take_the_arguments_that_are_shown(page):
    for name, rest in re.findall(r"ros2 launch vinn_ros (\S+\.launch\.py)(.*)", shown(page)):
        assert (REPOSITORY / "launch" / name).exists(), name
        given = set(re.findall(r"(\w+):=", rest.partition("#")[0]))
        assert given <= LAUNCH_ARGUMENTS[name], given - LAUNCH_ARGUMENTS[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_executables_and_parameters_are_there(page):
    text = shown(page)
    for name in re.findall(r"ros2 run vinn_ros (\w+)", text):
        assert name in EXECUTABLES or name == "NAME", name
    for node, parameter in re.findall(r"ros2 param (?:set|get) /(\w+) ([a-z][\w.]*)", text):
        assert node in NODES, node
        assert parameter in {spec.name for spec in node_specs(node)}, parameter


def test_such_commands_are_found():
    text = "\n".join(map(shown, PAGES))
    assert len(re.findall(r"^(?:\$ )?vinn ", text, re.MULTILINE)) > 40
    assert len(re.findall(r"ros2 launch vinn_ros ", text)) > 5
