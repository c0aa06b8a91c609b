"""`vinn trace` as a user meets it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from vinn_training.cli.main import main

_spec = importlib.util.spec_from_file_location(
    "trace_fixtures", Path(__file__).resolve().parents[1] / "replay" / "conftest.py"
)
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)
bag = _fixtures.bag


@pytest.fixture
def recorded(bag, tmp_path) -> Path:
    bag.action(0.0, neighbors=[("door_1", 4, 0.5, 0.75), ("door_2", 1, 0.9, 0.25)], bank_version=3)
    bag.command(0.0)
    bag.action(0.1, neighbors=[("door_2", 7, 0.5, 1.0)], hold=True, hold_reason="unfamiliar image")
    return bag.write(tmp_path / "bag")


def test_every_step_and_every_share_is_listed(recorded, capsys):
    assert main(["trace", str(recorded)]) == 0
    first, second, total, *shares = capsys.readouterr().out.splitlines()
    assert "door_1 4 75 %, door_2 1 25 %" in first
    assert "bank v3" in first
    assert "moved" in first
    assert "held" in second
    assert "unfamiliar image" in second
    assert total.startswith("2 steps, 1 moved the robot, 1 held")
    assert "62.5 % of the weight, in 2 steps, nearest in 1, 2 frames" in shares[0]


def test_json_and_filters(recorded, capsys):
    assert main(["trace", str(recorded), "--json", "--demonstration", "door_1", "--top", "1"]) == 0
    content = json.loads(capsys.readouterr().out)
    (step,) = content["steps"]
    assert [item["demonstration"] for item in step["neighbors"]] == ["door_1"]
    assert content["demonstrations"][0]["weight"] == 0.75
    assert main(["trace", str(recorded), "--summary", "--moved"]) == 0
    assert "1 steps, 1 moved the robot" in capsys.readouterr().out.splitlines()[0]


def test_mistakes_are_one_line(recorded, tmp_path, capsys):
    assert main(["trace", str(recorded), "--demonstration", "door_9"]) == 2
    assert "expected one of: door_1, door_2" in " ".join(capsys.readouterr().err.split())
    assert main(["trace", str(recorded), "--top", "-1"]) == 2
    assert "top is -1; expected 0 (all) or more" in capsys.readouterr().err
    assert main(["trace", str(tmp_path / "nothing")]) == 2
    message = capsys.readouterr().err
    assert "no such file or folder" in message
    assert "Traceback" not in message
