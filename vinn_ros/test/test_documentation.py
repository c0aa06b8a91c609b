"""The documents say what the code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rcl_interfaces.srv import ListParameters

import vinn_ros.stretch_bridge
import vinn_training.kinematics
from vinn_ros.documentation import TABLES, main, rendered
from vinn_ros.stretch_standin.faults import FAULT_GUIDE
from vinn_training.exceptions import InvalidInput

GAP = "…"
BRIDGE = Path(__file__).resolve().parents[2] / "docs" / "bridge.md"


def test_the_tables_of_the_bridge_are_those_of_the_code():
    text = BRIDGE.read_text()
    assert all(f"<!-- generated: {name} -->" in text for name in TABLES)
    assert rendered(text) == text, "write them anew: python -m vinn_ros.documentation docs/bridge.md"


def rows(name) -> list[str]:
    """The rows of a table as it is written now."""
    text = rendered(f"<!-- generated: {name} -->\n<!-- end -->\n")
    return [line for line in text.splitlines() if line.startswith("| `")]


def test_every_parameter_of_the_running_bridge_has_a_row(ros):
    ros.start("stretch_bridge", {"autostart": False})
    answer = ros.call(ListParameters, "/stretch_bridge/list_parameters", ListParameters.Request())
    every_nodes = {"use_sim_time", "start_type_description_service"}
    names = {name for name in answer.result.names if name not in every_nodes and not name.startswith("qos_overrides.")}
    assert {row.split("`")[1] for row in rows("parameters of stretch_bridge")} == names
    assert len(names) > 20


def test_a_row_says_default_bounds_and_whether_it_is_live():
    parameters = rows("parameters of stretch_bridge")
    length = "| `step_length_m` | 0.05 | 0.005 to 0.08 | yes | Motion in metres for a translation of length 1"
    assert any(row.startswith(length) for row in parameters)
    assert any(row.startswith("| `mode` | `step` | `step`, `continuous` | yes |") for row in parameters)
    faults = rows("faults of stretch_standin")
    assert len(faults) == len(FAULT_GUIDE)
    assert any(row.startswith("| `fault.image` | `none`, `stopped`, `black`") for row in faults)
    assert {row.count(" | ") for row in parameters} == {4}
    assert {row.count(" | ") for row in faults} == {3}


def test_a_stale_table_is_written_anew_and_the_text_around_it_stays(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("before\n<!-- generated: faults of stretch_standin -->\n| stale row |\n<!-- end -->\nafter\n")
    assert main([str(path)]) == 0
    text = path.read_text()
    assert text.startswith("before\n<!-- generated")
    assert text.endswith("<!-- end -->\nafter\n")
    assert "stale row" not in text
    assert "fault.runstopped" in text
    assert main([str(path)]) == 0
    assert path.read_text() == text


def test_mistakes_are_named(tmp_path, capsys):
    with pytest.raises(InvalidInput, match="unknown table 'weather'; expected one of: parameters"):
        rendered("<!-- generated: weather -->\n<!-- end -->")
    assert main([str(tmp_path / "nothing.md")]) == 2
    assert "is no file" in capsys.readouterr().err
    assert main([]) == 2


def texts(node: ast.AST, into_calls: bool = True) -> Iterator[str]:
    """Every text in a piece of code, with a gap for each value that is put into it."""
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else GAP for part in node.values)
        yield "".join(str(part) for part in parts)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif into_calls or not isinstance(node, ast.Call):
        for child in ast.iter_child_nodes(node):
            yield from texts(child, into_calls)


def modules(*packages) -> list[ast.Module]:
    files = [file for package in packages for file in Path(package.__file__).parent.rglob("*.py")]
    return [ast.parse(file.read_text()) for file in files]


def documented_reasons() -> list[str]:
    (table,) = re.findall(r"<!-- reasons -->\n(.*?)<!-- end reasons -->", BRIDGE.read_text(), re.DOTALL)
    cells = [row.split(" | ")[0] for row in table.splitlines()[2:]]
    return [phrase for cell in cells for phrase in re.findall(r"`([^`]+)`", cell)]


def test_every_documented_reason_is_one_that_the_bridge_gives():
    said = [text for module in modules(vinn_ros.stretch_bridge, vinn_training.kinematics) for text in texts(module)]
    phrases = documented_reasons()
    assert len(phrases) > 20
    for phrase in phrases:
        # A gap in the document stands for one value or for several with text between them.
        pattern = ".*".join(re.escape(part) for part in phrase.split(GAP))
        assert any(re.search(pattern, text) for text in said), phrase


def test_every_reason_of_the_bridge_is_documented():
    """A reason is what a function returns whose name says that it looks for problems."""
    reasons = {
        text
        for module in modules(vinn_ros.stretch_bridge)
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef) and function.name.endswith(("problem", "refusal"))
        for statement in ast.walk(function)
        if isinstance(statement, ast.Return) and statement.value is not None
        for text in texts(statement.value, into_calls=False)
        if len(text.replace(GAP, "").strip()) > 15
    }
    assert len(reasons) > 15
    patterns = [".*".join(re.escape(part) for part in phrase.split(GAP)) for phrase in documented_reasons()]
    undocumented = [reason for reason in reasons if not any(re.search(pattern, reason) for pattern in patterns)]
    assert not undocumented, "\n".join(undocumented)
