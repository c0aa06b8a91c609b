"""Bags that are cut, empty, or lack what a demonstration needs."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidDemonstration


def test_a_folder_of_bags_keeps_the_good_ones(camera_path, tmp_path):
    root = tmp_path / "session"
    first = camera_path.write(root / "take_1")
    camera_path.write(root / "take_2", "mcap")
    (root / "take_3").mkdir()
    (root / "take_3" / "take_3_0.mcap").write_bytes(b"")
    shutil.copy(first / "take_1.db3", root / "alone.db3")
    dataset = open_dataset(root)
    assert [demonstration.name for demonstration in dataset.demonstrations] == ["alone", "take_1", "take_2"]
    assert "take_3_0.mcap: not an MCAP file (0 bytes)" in dataset.rejected["take_3"]
    assert dataset.format == "rosbag2"
    for demonstration in dataset.demonstrations:
        assert demonstration.load_image(20)[0, 0, 0] == 200


@pytest.mark.parametrize("storage", ["sqlite3", "mcap"])
def test_a_bag_cut_in_the_middle_gives_what_is_left_of_it(bag, tmp_path, storage):
    rng = np.random.default_rng(0)
    for index in range(201):
        bag.camera_pose(index * 0.05, (index * 0.005, 0.0, 0.0))
    for index in range(101):
        bag.image(index * 0.1, rng.integers(0, 255, (64, 64, 3), np.uint8))
    path = bag.write(tmp_path / "cut", storage)
    whole = open_dataset(path).demonstrations[0]
    (file,) = (entry for entry in path.iterdir() if entry.suffix in (".db3", ".mcap"))
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 6 // 10])
    for metadata in (True, False):
        if not metadata:
            (path / "metadata.yaml").unlink()
        dataset = open_dataset(path)
        (part,) = dataset.demonstrations
        assert 40 <= len(part) <= 65
        np.testing.assert_allclose(part.directions[: len(part) - 1], whole.directions[: len(part) - 1], atol=1e-6)
        np.testing.assert_array_equal(part.load_image(len(part) - 1), whole.load_image(len(part) - 1))
        problems = " ".join(dataset.meaning["bags"]["cut"]["problems"])
        assert "after" in problems
        assert ("no metadata.yaml" in problems) is not metadata


@pytest.mark.parametrize("storage", ["sqlite3", "mcap"])
def test_no_cut_ends_in_a_traceback(camera_path, tmp_path, storage):
    path = camera_path.write(tmp_path / "cut", storage)
    (file,) = (entry for entry in path.iterdir() if entry.suffix in (".db3", ".mcap"))
    content = file.read_bytes()
    for share in np.linspace(0.0, 0.99, 12):
        file.write_bytes(content[: int(len(content) * share)])
        reading = _read_or_reason(path)
        assert reading == "read" or str(path) in reading


def _read_or_reason(path):
    try:
        return "read" if len(open_dataset(path).demonstrations[0]) >= 2 else "too short"
    except InvalidDemonstration as error:
        return str(error)


def test_bad_bags_are_refused_with_what_they_have(bag, camera_path, tmp_path):
    camera_path.joints(0.5, {"joint_lift": 0.5})
    path = camera_path.write(tmp_path / "bag", empty=["/head/image_raw"])
    for camera, expected in (
        ("/gripper/image", r"no topic '/gripper/image'; the bag has: .*/image_raw \(sensor_msgs/msg/Image, 21\)"),
        ("/joint_states", r"no images, but sensor_msgs/msg/JointState, on '/joint_states'"),
        ("/head/image_raw", r"no messages on /head/image_raw"),
    ):
        with pytest.raises(InvalidDemonstration, match=expected):
            open_dataset(path, ReaderOptions(camera=camera))
    assert open_dataset(path, ReaderOptions(camera="image_raw")).demonstrations


def test_empty_bags_and_bags_without_motion_are_refused(bag, tmp_path):
    with pytest.raises(InvalidDemonstration, match=r"no image topic; the bag has: none"):
        open_dataset(bag.write(tmp_path / "empty"))
    with pytest.raises(InvalidDemonstration, match=r"have no \(colour\) images; .*/image_raw .*, 0\)"):
        open_dataset(bag.write(tmp_path / "topic", empty=["/image_raw"]))
    bag.image(0.0)
    with pytest.raises(InvalidDemonstration, match=r"poses cannot be found\. topic: .*tf: .*joints: .*odometry: "):
        open_dataset(bag.write(tmp_path / "still"))
    folder = tmp_path / "nothing"
    folder.mkdir()
    (folder / "metadata.yaml").write_text("rosbag2_bagfile_information:\n  relative_file_paths: [nothing_0.db3]\n")
    with pytest.raises(InvalidDemonstration, match=r"no \.mcap or \.db3 file \(missing: nothing_0\.db3\)"):
        open_dataset(folder)
