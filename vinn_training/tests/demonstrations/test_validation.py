import json
import logging
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.findings import Findings
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.demonstrations.reader import open_usable
from vinn_training.demonstrations.split_file import SplitNames, split_path, write_split
from vinn_training.demonstrations.validation import ValidationReport, validate_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter

RIGHT = np.array([1.0, 0.0, 0.0])
SPLIT = SplitNames(("demo_0", "demo_1"), ("demo_2",))


def _write(writer: VinnDatasetWriter, name: str, images: list, direction=RIGHT) -> Path:
    gripper = np.arange(len(images)) % 2
    demonstration = Demonstration.from_images(name, images, np.tile(direction, (len(images), 1)), gripper)
    return writer.write(demonstration)


@pytest.fixture
def root(tmp_path: Path, views) -> Path:
    """Three good demonstrations of eight frames."""
    writer = VinnDatasetWriter(tmp_path / "data")
    for index in range(3):
        _write(writer, f"demo_{index}", views(index, 8))
    return tmp_path / "data"


def _validate(root: Path, split: SplitNames | None = None) -> ValidationReport:
    return validate_dataset(open_usable(root), split)


def _place(findings: Findings, check: str) -> str:
    return str(findings.places[check][0])


def test_nothing_is_found_in_good_data(root: Path) -> None:
    report = _validate(root, SPLIT)
    assert (report.demonstrations, report.frames, report.errors, report.warnings) == (3, 24, 0, 0)


def test_one_bad_demonstration_does_not_end_the_report(root: Path) -> None:
    (root / "demo_0" / "images_linear" / "000003.png").unlink()
    (root / "demo_2" / "images_linear" / "000005.png").write_bytes(b"no picture")
    report = _validate(root)
    assert report.findings.counts == {"missing-image": 1, "corrupt-image": 1, "checksum": 1}
    assert (report.demonstrations, report.errors, report.warnings) == (3, 3, 0)
    assert _place(report.findings, "missing-image").startswith("demo_0/000003.png")
    assert _place(report.findings, "corrupt-image").startswith("demo_2/000005.png")


def test_data_of_which_nothing_is_usable(root: Path) -> None:
    for folder in root.glob("demo_*"):
        (folder / "labels.json").write_text("{")
    report = _validate(root)
    assert report.findings.counts == {"unusable": 3, "checksum": 3}
    assert (report.demonstrations, report.frames) == (3, 0)


@pytest.mark.parametrize("copied", ["the same", "re-encoded"])
def test_one_recording_on_both_sides_is_an_error(root: Path, views, copied: str) -> None:
    images = views(0, 8)
    if copied == "re-encoded":
        images = [cv2.imdecode(cv2.imencode(".jpg", image)[1], cv2.IMREAD_COLOR) for image in images]
    _write(VinnDatasetWriter(root), "renamed", images)
    across = SplitNames(("demo_0", "demo_1"), ("demo_2", "renamed"))
    report = _validate(root, across)
    assert report.findings.counts == {"leakage": 1}
    assert report.errors == 1
    assert "renamed" in _place(report.findings, "leakage")
    within = SplitNames(("demo_0", "demo_1", "renamed"), ("demo_2",))
    for split in (within, None):  # twice on one side is a warning
        report = _validate(root, split)
        assert report.findings.counts == {"duplicate-episode": 1}
        assert report.errors == 0


def test_a_split_of_other_data_is_an_error(root: Path) -> None:
    report = _validate(root, SplitNames(("demo_0",), ("demo_2", "gone")))
    assert report.findings.counts == {"stale-split": 1}
    assert "demo_1" in _place(report.findings, "stale-split")


def test_contradicting_actions_are_counted_and_placed(root: Path, views) -> None:
    _write(VinnDatasetWriter(root), "opposed", views(0, 40)[:8], direction=-RIGHT)
    report = _validate(root)
    count = report.findings.counts["contradiction"]
    assert count >= 8
    assert report.errors == 0
    text = _place(report.findings, "contradiction")
    assert text.startswith("demo_0/")
    assert "180 degrees from the action of opposed/" in text
    assert "image distance 0.0" in text
    assert report.similar_pairs >= count


def test_single_pictures_that_two_demonstrations_share(root: Path, views) -> None:
    images = views(7, 8)
    images[4] = views(0, 8)[2]
    _write(VinnDatasetWriter(root), "mixed", images)
    report = _validate(root)
    assert report.findings.counts == {"shared-frame": 1}
    assert _place(report.findings, "shared-frame") == "mixed/000004.png: as demo_0/000002.png"


def test_other_size_of_images(root: Path, views) -> None:
    _write(VinnDatasetWriter(root), "small", [cv2.resize(image, (32, 32)) for image in views(9, 5)])
    report = _validate(root)
    assert report.findings.counts == {"image-size": 1}
    assert _place(report.findings, "image-size") == "small: 32x32, the first demonstration's are 64x48"


def test_a_data_set_without_gripper_has_none_that_could_change(tmp_path: Path, views) -> None:
    writer = VinnDatasetWriter(tmp_path, DatasetInfo("push", GripperLabels("constant", constant_opening=0.0)))
    images = views(0, 6)
    writer.write(Demonstration.from_images("demo", images, np.tile(RIGHT, (6, 1)), np.zeros(6)))
    assert not _validate(tmp_path).findings.counts


def test_episodes_that_another_format_rejects_are_listed(views) -> None:
    good = Demonstration.from_images("a", views(0, 6), np.tile(RIGHT, (6, 1)), np.linspace(0, 1, 6))
    dataset = Dataset(Path("data"), "lerobot", (good,), rejected={"episode_3": "video is cut off"})
    report = validate_dataset(dataset)
    assert report.findings.counts == {"unusable": 1}
    assert _place(report.findings, "unusable") == "episode_3: video is cut off"
    assert report.demonstrations == 2


def test_the_report_is_plain_json(root: Path, views) -> None:
    _write(VinnDatasetWriter(root), "opposed", views(0, 8), direction=-RIGHT)
    content = json.loads(json.dumps(_validate(root).to_dict()))
    assert content["errors"] == 0
    assert content["findings"][0]["places"][0]["demonstration"]


def test_memory_and_decoding_are_bounded(views) -> None:
    """Images are read one at a time, each once, and none is kept."""
    loaded: list[tuple[str, int]] = []

    def loader(name: str, images: list) -> Callable[[int], np.ndarray]:
        return lambda index: (loaded.append((name, index)), images[index].copy())[1]

    episodes = []
    for index in range(3):
        images = views(index, 10)
        names = tuple(map(str, range(10)))
        gripper = np.linspace(0, 1, 10)
        episodes.append(
            Demonstration(f"d{index}", names, np.tile(RIGHT, (10, 1)), gripper, loader(f"d{index}", images))
        )
    validate_dataset(Dataset(Path("data"), "lerobot", tuple(episodes)))
    assert loaded == [(f"d{episode}", frame) for episode in range(3) for frame in range(10)]


def test_original_data_without_a_manifest(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its assumed meaning is said once, and a bad demonstration is looked into with it."""
    logging.getLogger("vinn_training").propagate = True
    (root / "dataset.json").unlink()
    for path in root.glob("*/demonstration.json"):
        path.unlink()
    (root / "demo_1" / "images_linear" / "000003.png").unlink()
    with caplog.at_level(logging.WARNING):
        report = _validate(root)
    assert report.findings.counts == {"missing-image": 1}
    assert caplog.text.count("has no dataset.json") == 1


def test_one_side_alone_can_be_validated(root: Path) -> None:
    write_split(split_path(root), SPLIT)
    report = validate_dataset(open_usable(root, ReaderOptions(split="training")))
    assert (report.demonstrations, report.errors) == (2, 0)
