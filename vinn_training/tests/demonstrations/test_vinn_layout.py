import json
import logging
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.demonstrations.dataset_info import ORIGINAL_CROP
from vinn_training.demonstrations.reader import open_dataset, open_usable
from vinn_training.demonstrations.vinn_layout import dataset_info
from vinn_training.exceptions import InvalidDemonstration

# The original's axes: x right, y forward, z up. Ours: x right, y down, z forward.
FORWARD, UP, RIGHT = [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]


def _picture(path: Path, value: int, size: tuple[int, int] = (8, 10)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.zeros((*size, 3), dtype=np.uint8)
    image[..., 2] = value  # red, in OpenCV's order
    cv2.imwrite(str(path), image)


@pytest.fixture
def door(tmp_path: Path) -> Path:
    """A data set as the authors ship it: no dataset.json, integer classes, unpadded frame numbers."""
    demo = tmp_path / "door" / "run_1"
    labels = {
        "9.png": [*FORWARD, 0.1, 0.2, 0.3, 3],
        "10.png": [*UP, 0, 0, 0, 2],
        "2.png": [*RIGHT, 0, 0, 0, 1],
        "11.png": [0, 0, 0, 0, 0, 0, 0],
    }
    for index, name in enumerate(labels):
        _picture(demo / "images_linear" / name, 10 * index)
    (demo / "labels.json").write_text(json.dumps(labels))
    return tmp_path / "door"


def _rewrite(door: Path, change: Callable[[dict], None]) -> Path:
    path = door / "run_1" / "labels.json"
    labels = json.loads(path.read_text())
    change(labels)
    path.write_text(json.dumps(labels))
    return path


def test_door_layout_of_the_original(door: Path) -> None:
    (demonstration,) = open_dataset(door).demonstrations
    assert demonstration.name == "run_1"
    assert demonstration.frame_names == ("2.png", "9.png", "10.png", "11.png")
    np.testing.assert_allclose(demonstration.directions, [[1, 0, 0], [0, 0, 1], [0, -1, 0], [0, 0, 0]], atol=1e-7)
    np.testing.assert_allclose(demonstration.gripper, [1 / 3, 1, 2 / 3, 0], atol=1e-7)
    np.testing.assert_array_equal(demonstration.load_image(0)[0, 0], [20, 0, 0])  # RGB, and the right file


def test_assumed_meaning_is_logged(door: Path, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("vinn_training").propagate = True
    with caplog.at_level(logging.WARNING):
        info = dataset_info(door)
    assert info.crop is None
    assert "no dataset.json" in caplog.text


def test_original_crop_is_assumed_for_full_hd_only(door: Path) -> None:
    for path in (door / "run_1" / "images_linear").iterdir():
        _picture(path, 0, size=(1080, 1920))
    assert dataset_info(door).crop == ORIGINAL_CROP


def test_push_layout_of_the_original(tmp_path: Path) -> None:
    demo = tmp_path / "push_0"
    (demo / "images").mkdir(parents=True)
    (demo / "labels.json").write_text(json.dumps({"0.jpg": [FORWARD, UP], "1.jpg": [RIGHT]}))
    for name in ("0.jpg", "1.jpg"):
        _picture(demo / "images" / name, 0)
    (demonstration,) = open_dataset(tmp_path).demonstrations
    np.testing.assert_allclose(demonstration.directions, [[0, 0, 1], [1, 0, 0]], atol=1e-7)
    np.testing.assert_array_equal(demonstration.gripper, [0, 0])
    assert dataset_info(tmp_path).crop is None


def test_gripper_order_of_the_manifest_is_followed(door: Path) -> None:
    (door / "dataset.json").write_text(
        json.dumps({"format": "vinn", "version": 1, "gripper": {"meaning": "class", "closed_to_open": [3, 2, 1, 0]}})
    )
    np.testing.assert_allclose(open_dataset(door).demonstrations[0].gripper, [2 / 3, 0, 1 / 3, 1], atol=1e-7)
    assert open_dataset(door / "run_1").demonstrations[0].gripper[1] == 0  # one demonstration alone finds it too


def test_rounded_directions_become_unit(door: Path) -> None:
    _rewrite(door, lambda labels: labels.update({"2.png": [0.6005, 0.8, 0, 0, 0, 0, 1]}))
    assert np.linalg.norm(open_dataset(door).demonstrations[0].directions[0]) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ([0, 1, 0], "seven finite numbers"),
        ([0, 1, 0, 0, 0, 0, 0, 0], "seven finite numbers"),
        ([0, float("nan"), 0, 0, 0, 0, 0], "seven finite numbers"),
        ([0, "1", 0, 0, 0, 0, 0], "seven finite numbers"),
        (None, "seven finite numbers"),
        ([0, 1.1, 0, 0, 0, 0, 0], "length 1.1"),
        ([0, 0.01, 0, 0, 0, 0, 0], "length 0.01"),
        ([0, 1, 0, 0, 0, 0, 4], "gripper label is 4"),
        ([0, 1, 0, 0, 0, 0, 1.5], "gripper label is 1.5"),
    ],
)
def test_bad_labels_name_file_and_frame(door: Path, label: object, words: str) -> None:
    path = _rewrite(door, lambda labels: labels.update({"10.png": label}))
    with pytest.raises(InvalidDemonstration, match=words) as caught:
        open_dataset(door)
    assert str(path) in str(caught.value)
    assert "'10.png'" in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", "{}", ""])
def test_labels_that_are_no_labels_are_refused(door: Path, text: str) -> None:
    (door / "run_1" / "labels.json").write_text(text)
    with pytest.raises(InvalidDemonstration, match=r"labels\.json"):
        open_dataset(door)


def test_missing_files_are_named(door: Path) -> None:
    (door / "run_1" / "images_linear" / "9.png").unlink()
    with pytest.raises(InvalidDemonstration, match=r"9\.png: missing.*1 of 4"):
        open_dataset(door)
    (door / "run_1" / "labels.json").unlink()
    (door / "run_2").mkdir()
    with pytest.raises(InvalidDemonstration, match=r"run_1/labels\.json: missing"):
        open_dataset(door)
    with pytest.raises(InvalidDemonstration, match="no such file or folder"):
        open_dataset(door / "nowhere")


def test_unreadable_image_is_named_when_read(door: Path) -> None:
    demonstration = open_dataset(door).demonstrations[0]
    path = door / "run_1" / "images_linear" / "9.png"
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(InvalidDemonstration, match=r"9\.png: not a readable picture \(20 bytes\)"):
        demonstration.load_image(1)
    path.unlink()
    with pytest.raises(InvalidDemonstration, match=r"9\.png: cannot be read"):
        demonstration.load_image(1)


def test_unfinished_recordings_are_left_out(door: Path) -> None:
    (door / ".run_2.abc.partial").mkdir()
    assert [item.name for item in open_dataset(door).demonstrations] == ["run_1"]


def test_a_first_folder_that_is_bad_does_not_hide_the_others(door: Path) -> None:
    """Without dataset.json, what the numbers mean is told by the first folder and image that can be used."""
    (door / "run_0").mkdir()
    for path in (door / "run_1" / "images_linear").iterdir():
        _picture(path, 0, size=(1080, 1920))
    (door / "run_1" / "images_linear" / "10.png").write_bytes(b"no picture")
    dataset = open_usable(door)
    assert dataset.crop == ORIGINAL_CROP
    assert [item.name for item in dataset.demonstrations] == ["run_1"]
    assert "labels.json: missing" in dataset.rejected["run_0"]
