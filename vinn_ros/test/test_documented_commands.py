"""The commands that README and docs/ show are there, with the arguments and parameters that they are given."""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest

from vinn_ros import graph
from vinn_ros.documentation.commands import EXECUTABLES
from vinn_ros.documentation.parameters import node_specs
from vinn_ros.entry_points import NODES
from vinn_ros.offline_evaluation import plan
from vinn_training.cli.main import SUBCOMMANDS, _config_type

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


@cache
def options(command: str) -> set[str]:
    """The options of a `vinn` command, those of all its subcommands among them."""
    module = pytest.importorskip(SUBCOMMANDS[command][0], reason=f"a package that `vinn {command}` needs is missing")
    return options_of(_config_type(module.run))


def options_of(kind: Any, prefix: str = "") -> set[str]:
    """The options that tyro makes of a configuration: one for each field, with those of what is in it."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        return {name for part in get_args(kind) for name in options_of(part, prefix)}
    found: set[str] = set()
    for field, hint in get_type_hints(kind, include_extras=True).items() if is_dataclass(kind) else ():
        given = [mark.name for mark in getattr(hint, "__metadata__", ()) if getattr(mark, "name", None) is not None]
        name = prefix + (given[0] if given else field.replace("_", "-"))
        found |= {name} | options_of(hint, f"{name}." if name != prefix else prefix)
    return found


def test_an_option_is_looked_for_among_those_of_its_command():
    assert {"hinge", "recording.expert.step-m"} <= options("simulate")
    assert not {"hinge", "bundle"} & options("collect")
    assert "test-fraction" in options("data")
    assert "occluded-trials" in options("table1")  # a plan's fields stand beside the command's own


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_vinn_commands_are_there_with_their_options(page):
    for line in re.findall(r"(?:^|\$ |`|then: )vinn (.+)", shown(page), re.MULTILINE):
        line = line.partition("#")[0]
        name = line.split()[0]
        assert name in SUBCOMMANDS or name in ("COMMAND", "SUBCOMMAND"), line
        for option in re.findall(r"(?<!\S)--([a-z][\w.-]*)", line):
            assert option == "help" or option.removeprefix("no-") in options(name), f"{line}: {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_launch_files_take_the_arguments_that_are_shown(page):
    for name, rest in re.findall(r"ros2 launch vinn_ros (\S+\.launch\.py)(.*)", shown(page)):
        assert (REPOSITORY / "launch" / name).exists(), name
        given = set(re.findall(r"(\w+):=", rest.partition("#")[0]))
        assert given <= LAUNCH_ARGUMENTS[name], given - LAUNCH_ARGUMENTS[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_executables_and_parameters_are_there(page):
    text = shown(page)
    for name in re.findall(r"(?:ros2 run vinn_ros |\.venv/lib/vinn_ros/)(\w+)", text):
        assert name in EXECUTABLES or name == "NAME", name
    assert set(re.findall(r"\.venv/bin/(\w+)", text)) <= {"python", "vinn"}  # the nodes and tools are elsewhere
    for node, parameter in re.findall(r"ros2 param (?:set|get) /(\w+) ([a-z][\w.]*)", text):
        assert node in NODES, node
        assert parameter in {spec.name for spec in node_specs(node)}, parameter


def test_such_commands_are_found():
    text = "\n".join(map(shown, PAGES))
    assert len(re.findall(r"^(?:\$ )?vinn ", text, re.MULTILINE)) > 40
    assert len(re.findall(r"ros2 launch vinn_ros ", text)) > 5
