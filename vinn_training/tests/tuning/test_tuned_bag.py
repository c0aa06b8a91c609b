from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.replay.session import SessionOptions
from vinn_training.tuning.recording import read_recording
from vinn_training.tuning.tuned_bag import read_recordings, truth_of

from ..demonstrations.conftest import BagMaker
from .conftest import STEP_M, record


def test_a_folder_of_bags_and_one_that_cannot_be_used(tmp_path: Path) -> None:
    for name in ("a", "b"):
        record(tmp_path / "bags" / name)
    empty = BagMaker()
    empty.camera_pose(0.0, (0.0, 0.0, 0.0))
    empty.write(tmp_path / "bags" / "c")
    recordings, rejected = read_recordings([tmp_path / "bags"], SessionOptions())
    assert list(recordings) == ["a", "b"]
    assert list(rejected) == [str(tmp_path / "bags" / "c")]
    assert "no image topic" in next(iter(rejected.values()))


def test_bags_of_one_name_are_told_apart_and_one_bag_is_not_two(tmp_path: Path) -> None:
    first, second = record(tmp_path / "x" / "bag"), record(tmp_path / "y" / "bag")
    recordings, _ = read_recordings([first, second], SessionOptions())
    assert list(recordings) == ["bag", str(second)]
    with pytest.raises(InvalidInput, match="given twice"):
        read_recordings([first, tmp_path / "x"], SessionOptions())


def test_nothing_to_tune_on(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        read_recordings([tmp_path / "nowhere"], SessionOptions())
    (tmp_path / "text").write_text("")
    with pytest.raises(InvalidInput, match="no bag; expected"):
        read_recordings([tmp_path / "text"], SessionOptions())
    with pytest.raises(InvalidInput, match=r"no bag to tune on: .*no topic '/other'"):
        read_recordings([record(tmp_path / "bag")], SessionOptions(images="/other"))


def test_displacements_are_in_step_lengths(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "bag"), SessionOptions())
    truth = truth_of(recording, np.array([2, 5]), 0.05)
    assert np.linalg.norm(truth.displacements, axis=1) == pytest.approx(STEP_M / 0.05, rel=1e-4)
    assert truth.directions == pytest.approx(recording.directions[[2, 5]])
    assert truth.gripper is not None
    still = truth_of(read_recording(record(tmp_path / "still", poses=False), SessionOptions()), np.array([0]), 0.05)
    assert (still.directions, still.displacements) == (None, None)
