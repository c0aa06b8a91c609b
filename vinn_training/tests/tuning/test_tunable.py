from pathlib import Path

import numpy as np

from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.replay.session import SessionOptions
from vinn_training.tuning.grid import TUNABLE
from vinn_training.tuning.recording import Recording, read_recording
from vinn_training.tuning.sweep import Truth
from vinn_training.tuning.tunable import untunable
from vinn_training.tuning.tuned_bag import truth_of

from .conftest import record

CALIBRATION = DistanceCalibration((0.1, 0.2), 10)


def _reasons(
    recording: Recording, calibration: DistanceCalibration = CALIBRATION, step_length_m: float = 0.05
) -> dict[str, str]:
    truth = truth_of(recording, np.arange(len(recording)), step_length_m)
    return untunable([recording], [truth], calibration, step_length_m)


def test_a_whole_demonstration_tells_everything(tmp_path: Path) -> None:
    assert _reasons(read_recording(record(tmp_path / "bag"), SessionOptions())) == {}


def test_without_poses_the_gripper_and_the_hold_are_left(tmp_path: Path) -> None:
    reasons = _reasons(read_recording(record(tmp_path / "bag", poses=False), SessionOptions()))
    assert set(reasons) == {"k", "temperature", "action_scale"}
    assert "no demonstrated motion" in reasons["k"]


def test_steps_much_shorter_than_the_step_length_say_nothing_about_c(tmp_path: Path) -> None:
    reasons = _reasons(read_recording(record(tmp_path / "bag"), SessionOptions()), step_length_m=0.5)
    assert set(reasons) == {"action_scale"}
    assert "typical motion between frames is 20.0 mm, the step length 500 mm" in reasons["action_scale"]


def test_a_gripper_that_never_changes_and_one_that_is_not_recorded(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "bag"), SessionOptions())
    truth = Truth(recording.directions, recording.directions, np.ones(20))
    reasons = untunable([recording], [truth], CALIBRATION, 0.05)
    assert "neither opens nor closes" in reasons["gripper_open_above"]
    unknown = _reasons(read_recording(record(tmp_path / "unknown", gripper=False), SessionOptions()))
    assert set(unknown) == {"gripper_close_below", "gripper_open_above"}
    assert "not recorded" in unknown["gripper_close_below"]


def test_a_camera_at_rest_and_a_bank_without_a_yardstick(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "bag"), SessionOptions())
    still = Truth(np.zeros((20, 3)), np.zeros((20, 3)), None)
    reasons = untunable([recording], [still], DistanceCalibration((), 0), 0.05)
    assert set(reasons) == set(TUNABLE)
    assert "at rest throughout" in reasons["k"]
    assert "nothing holds" in reasons["hold_distance_quantile"]
