import csv
import json
from pathlib import Path

import pytest
import yaml

from vinn_training.policy.config import PolicyConfig
from vinn_training.tuning import output
from vinn_training.tuning.output import write_output
from vinn_training.tuning.parameter_file import StartingPoint
from vinn_training.tuning.summary import summarise
from vinn_training.tuning.tune import TuningOptions

from .conftest import record
from .test_tune import GRID, START, Criteria, run

PICTURES = {"trade_off.png", "k_temperature.png", "action_scale.png", "gripper.png", "hold.png"}


def _written(folder: Path, bags: list[Path], bank, calibration, encoder) -> dict:
    options = TuningOptions(GRID, Criteria())
    result = run(bags, bank, calibration, encoder, options)
    content = summarise(result, options, "runs/bundle", "b4nk", "enc0der", {"cut": "it is cut"}, ["a note"])
    write_output(folder, result, StartingPoint(START), content)
    return content


def test_everything_that_is_left_behind(tmp_path: Path, bank, calibration, encoder) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    out = tmp_path / "out"
    content = _written(out, [record(tmp_path / "<bag>")], bank, calibration, encoder)
    assert {path.name for path in out.iterdir()} == {
        "policy.yaml", "settings.json", "settings.csv", "report.html", *PICTURES
    }  # fmt: skip
    text = (out / "policy.yaml").read_text()
    assert "# vinn tune: bundle runs/bundle, bank b4nk, encoder enc0der\n" in text
    assert "<bag> (20 frames)" in text
    parameters = yaml.safe_load(text)["/**/policy"]["ros__parameters"]
    parameters["action_scale"] = tuple(parameters["action_scale"])
    best = json.loads((out / "settings.json").read_text())["best"]
    config = PolicyConfig(**parameters)
    assert (config.k, list(config.action_scale)) == (best["k"], best["action_scale"])
    with (out / "settings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["role"] for row in rows[:3]] == ["best", "start", "front"]
    assert len(rows) == 2 + len(content["front"])
    page = (out / "report.html").read_text()
    assert page.count("data:image/png;base64,") == len(PICTURES)
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "&lt;bag&gt;" in page
    assert "<bag>" not in page
    assert "A single bag: the setting is fitted to and judged on the same frames" in page
    assert "left out: cut: it is cut" in page


def test_bags_that_tell_little_leave_fewer_pictures(tmp_path: Path, bank, calibration, encoder) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "trade_off.png").write_bytes(b"of an earlier run")
    content = _written(tmp_path / "out", [record(tmp_path / "bag", poses=False)], bank, calibration, encoder)
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"gripper.png", "hold.png"}
    text = (tmp_path / "out" / "policy.yaml").read_text()
    assert "temperature:" not in text.split("ros__parameters")[1]
    assert "# vinn tune: not tuned: k, temperature, action_scale: no demonstrated motion" in text
    assert set(content["changed"]) <= {"gripper_close_below", "gripper_open_above", "hold_distance_quantile"}


def test_several_bags_say_what_one_costs_the_others(tmp_path: Path, bank, calibration, encoder, monkeypatch) -> None:
    monkeypatch.setattr(output, "figures_of", lambda result: {})  # drawn elsewhere
    bags = [record(tmp_path / name, seed=seed) for name, seed in (("a", 50), ("b", 51))]
    content = _written(tmp_path / "out", bags, bank, calibration, encoder)
    assert "Cost of a bag by the setting that the other bags choose" in content["generalisation"]
    assert [row["role"] for row in content["leave_one_out"]] == ["a", "b"]
    assert "bag left out" in (tmp_path / "out" / "report.html").read_text()
    assert [bag["events"] for bag in content["bags"]] == [1, 1]
