from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.replay.session import SessionOptions
from vinn_training.tuning.recording import read_recording

from ..demonstrations.conftest import EPOCH_NS, BagMaker
from .conftest import STEP_M, course, picture, record


def test_labels_are_what_really_happened(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "episode"), SessionOptions())
    directions, openings = course(50)
    assert (recording.name, len(recording)) == ("episode", 20)
    assert recording.stamps_ns.tolist() == [EPOCH_NS + index * 100_000_000 for index in range(20)]
    assert recording.directions[:-1] == pytest.approx(directions[:-1], abs=1e-5)
    assert recording.lengths_m[:-1] == pytest.approx(STEP_M, abs=1e-6)
    assert recording.gripper == pytest.approx(openings, abs=1e-5)
    assert (recording.load_image(4) == picture(directions[4], openings[4])).all()
    assert (recording.motion_problem, recording.gripper_problem, recording.driven_by_policy) == ("", "", False)


def test_embeddings_are_known_by_stamp_and_encoder(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "bag", embeddings=lambda own: own), SessionOptions())
    assert set(recording.recorded) == {(int(stamp), "halves") for stamp in recording.stamps_ns}


def test_times_of_receipt_find_the_stamps(tmp_path: Path) -> None:
    bag = record(tmp_path / "bag", embeddings=lambda own: own)
    recording = read_recording(bag, SessionOptions(bag=BagOptions(clock="receive")))
    assert recording.stamps_ns.tolist() == [EPOCH_NS + index * 100_000_000 for index in range(20)]


def test_a_rate_keeps_frames_and_lengthens_steps(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "bag"), SessionOptions(rate_hz=10 / 3))
    assert len(recording) == 7
    assert recording.lengths_m[:-1] == pytest.approx(3 * STEP_M, rel=0.05)


def test_a_bag_without_poses_still_tells_what_the_gripper_did(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "bag", poses=False), SessionOptions(rate_hz=10 / 3))
    assert recording.directions is None
    assert "no" in recording.motion_problem
    assert len(recording) == 7
    assert recording.gripper == pytest.approx(course(50)[1][::3], abs=1e-5)
    assert recording.load_image(3).shape == (8, 8, 3)


def test_a_gripper_that_nobody_recorded_is_not_taken_for_open(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "bag", gripper=False), SessionOptions())
    assert recording.gripper is None
    assert "not recorded (unknown: taken for open)" in recording.gripper_problem


def test_bags_without_images_and_what_is_no_bag(tmp_path: Path) -> None:
    bag = BagMaker()
    bag.camera_pose(0.0, (0.0, 0.0, 0.0))
    with pytest.raises(InvalidDemonstration, match="no image topic"):
        read_recording(bag.write(tmp_path / "empty"), SessionOptions())
    with pytest.raises(InvalidInput, match="no such file"):
        read_recording(tmp_path / "nowhere", SessionOptions())


def test_images_without_stamps_take_no_recorded_embedding(tmp_path: Path) -> None:
    bag = BagMaker()
    for index in range(4):
        bag.image(index * 0.1, np.full((8, 8, 3), 10 * index, dtype=np.uint8), stamped=False)
        bag.camera_pose(index * 0.1, (0.02 * index, 0.0, 0.0))
    recording = read_recording(bag.write(tmp_path / "bag"), SessionOptions(bag=BagOptions(clock="receive")))
    assert recording.recorded == {}
    assert len(recording) == 4
