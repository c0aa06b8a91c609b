from pathlib import Path

import pytest

from vinn_training.tuning.settings_table import csv_row, front_places, front_rows, setting_row
from vinn_training.tuning.tune import TuningResult

from .conftest import record
from .test_tune import GRID, START, Criteria, TuningOptions, run


@pytest.fixture
def result(tmp_path: Path, bank, calibration, encoder) -> TuningResult:
    return run([record(tmp_path / "bag")], bank, calibration, encoder, TuningOptions(GRID, Criteria()))


def test_no_setting_beats_one_of_the_front(result: TuningResult) -> None:
    rows = front_rows(result.scores, result.grid, Criteria(), 0.05, result.choice.place)
    names = ("mse_acted", "step_error", "gripper_wrong", "missed", "spurious", "held")
    start = setting_row("start", START, result.grid.place_of(START), result.scores, Criteria(), 0.05)
    for row in (*rows, start):
        better = [all(other[name] <= row[name] + 1e-12 for name in names) and
                  any(other[name] < row[name] - 1e-9 for name in names) for other in rows]  # fmt: skip
        assert any(better) == (row["role"] == "start")
    assert [row["mse_acted"] for row in rows] == sorted(row["mse_acted"] for row in rows)
    assert len(front_places(result.scores, result.grid.action_scale, result.choice.place)) == len(rows)


def test_a_row_has_what_people_need(result: TuningResult) -> None:
    choice = result.choice
    row = setting_row("best", choice.config, choice.place, result.scores, Criteria(), 0.05)
    assert row["step_off_mm"] == pytest.approx(1e3 * 0.05 * (3 * row["step_error"]) ** 0.5)
    assert (row["events"], row["missed"], row["changes"]) == (1, 0, 1)
    flat = csv_row(row)
    assert [flat[f"action_scale_{axis}"] for axis in "xyz"] == list(choice.config.action_scale)
    assert "action_scale" not in flat


def test_what_bags_do_not_tell_is_none(tmp_path: Path, bank, calibration, encoder) -> None:
    result = run([record(tmp_path / "bag", poses=False, gripper=False)], bank, calibration, encoder)
    row = setting_row("best", START, result.choice.place, result.scores, Criteria(), 0.05)
    assert [row[name] for name in ("mse", "mse_acted", "angle_deg", "step_error", "gripper_wrong", "off_frames")] == [
        None
    ] * 6
