import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("av")
pytest.importorskip("matplotlib")

from vinn_training.collection.chosen_pictures import Pictures
from vinn_training.collection.collect import Collected
from vinn_training.collection.collection_dataset import Outcome, collect_videos
from vinn_training.collection.quality import QualityRecord
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import CollectionError, InvalidInput, MissingDependency
from vinn_training.preprocessing import CropBox

INFO = DatasetInfo(gripper=GripperLabels(meaning="opening"), length_unit="arbitrary")


@dataclass
class FakeCollector:
    """Makes a demonstration of four pictures; does first what a video's content asks for."""

    called: list[str] = field(default_factory=list)

    def collect(self, path: Path, name: str, quality: QualityRecord, report: Callable[[str], None] | None) -> Collected:
        self.called.append(name)
        content = path.read_text()
        quality.frames, quality.rate_hz = 5, 4.0
        if content.startswith("bad"):
            raise CollectionError("no texture")
        if content.startswith("interrupt"):
            raise KeyboardInterrupt
        images = tuple(np.random.default_rng(0).integers(0, 256, (5, 30, 40, 3), np.uint8))
        demonstration = Demonstration(
            name, ("0", "1", "2", "4"), np.tile([0.0, 0.0, 1.0], (4, 1)), np.full(4, 0.3), images.__getitem__,
            lengths=np.ones(4), times_s=np.array([0.0, 0.25, 0.5, 1.0]),
        )  # fmt: skip
        structure: Any = SimpleNamespace(
            centers=np.arange(15.0).reshape(5, 3), rotations_camera_to_world=np.tile(np.eye(3), (5, 1, 1))
        )
        mask = np.full((30, 40), 255, np.uint8)
        quality.registered = 5
        pictures = Pictures(images, np.arange(5) / 4, None)
        return Collected(demonstration, pictures, mask, structure, np.array([0, 1, 2, 4]), np.full(5, 0.3, np.float32))


def _video(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def _collect(
    videos: list[Path], root: Path, collector: FakeCollector | None = None, info: DatasetInfo = INFO
) -> list[Outcome]:
    fake: Any = collector or FakeCollector()
    return list(collect_videos(videos, root, info, fake))


def test_a_demonstration_lies_with_its_report(tmp_path: Path) -> None:
    (outcome,) = _collect([_video(tmp_path / "a.mp4", "good")], tmp_path / "set")
    folder = tmp_path / "set" / "a"
    (demonstration,) = open_dataset(tmp_path / "set").demonstrations

    assert (outcome.name, outcome.state) == ("a", "kept")
    assert len(demonstration) == 4
    np.testing.assert_allclose(demonstration.gripper, 0.3, atol=1e-6)
    assert json.loads((folder / "quality.json").read_text())["state"] == "kept"
    for name in ("path.png", "overlay.mp4", "grabber_mask.png"):
        assert (folder / name).stat().st_size > 100
    assert not list((tmp_path / "set").glob(".*"))


def test_failures_are_set_aside_and_the_others_kept(tmp_path: Path) -> None:
    videos = [_video(tmp_path / name, content) for name, content in
              (("a.mp4", "good 1"), ("b.mp4", "bad"), ("c.mp4", "good 2"))]  # fmt: skip
    outcomes = _collect(videos, tmp_path / "set")

    assert [outcome.state for outcome in outcomes] == ["kept", "rejected", "kept"]
    assert [demo.name for demo in open_dataset(tmp_path / "set").demonstrations] == ["a", "c"]
    report = json.loads((tmp_path / "set" / ".rejected" / "b" / "quality.json").read_text())
    assert (report["state"], report["reason"], report["frames"]) == ("rejected", "no texture", 5)


def test_nothing_usable_leaves_no_data_set_behind_that_refuses_other_options(tmp_path: Path) -> None:
    _collect([_video(tmp_path / "a.mp4", "bad")], tmp_path / "set")
    assert not (tmp_path / "set" / "dataset.json").exists()


def test_a_second_run_skips_what_is_there_and_tries_failures_again(tmp_path: Path) -> None:
    videos = [_video(tmp_path / "a.mp4", "good"), _video(tmp_path / "b.mp4", "bad")]
    _collect(videos, tmp_path / "set")
    again = FakeCollector()
    outcomes = _collect([*videos, _video(tmp_path / "moved" / "z.mp4", "good")], tmp_path / "set", again)

    assert again.called == ["b"]
    assert [outcome.state for outcome in outcomes] == ["skipped", "rejected", "skipped"]
    assert outcomes[2].name == "a"


def test_a_failure_that_succeeds_later_is_no_longer_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video = _video(tmp_path / "a.mp4", "bad")
    _collect([video], tmp_path / "set")
    monkeypatch.setattr(Path, "read_text", lambda self, **more: "good" if self == video else self.read_bytes().decode())
    (outcome,) = _collect([video], tmp_path / "set")
    assert (outcome.name, outcome.state) == ("a", "kept")
    assert not (tmp_path / "set" / ".rejected" / "a").exists()


def test_videos_of_one_name_are_told_apart(tmp_path: Path) -> None:
    first = _video(tmp_path / "card1" / "GX01.mp4", "good 1")
    second = _video(tmp_path / "card2" / "GX01.mp4", "good 2")
    third = _video(tmp_path / "card3" / "GX01.mp4", "bad 3")
    assert [outcome.name for outcome in _collect([first, third, second], tmp_path / "set")] == [
        "GX01", "GX01_2", "GX01_3",
    ]  # fmt: skip
    outcomes = _collect([second, first, third], tmp_path / "set")
    assert [(outcome.name, outcome.state) for outcome in outcomes] == [
        ("GX01_3", "skipped"), ("GX01", "skipped"), ("GX01_2", "rejected"),
    ]  # fmt: skip


def test_an_interruption_leaves_whole_demonstrations_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    videos = [_video(tmp_path / "a.mp4", "good"), _video(tmp_path / "b.mp4", "interrupt")]
    with pytest.raises(KeyboardInterrupt):
        _collect(videos, tmp_path / "set")

    def interrupted(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vinn_training.collection.collection_dataset.write_overlay", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _collect([_video(tmp_path / "c.mp4", "good 3")], tmp_path / "set")
    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == ["a", "dataset.json"]


def test_mistakes_are_refused_before_any_work(tmp_path: Path) -> None:
    good = _video(tmp_path / "a.mp4", "good")
    for wrong in (tmp_path / "none.mp4", tmp_path):
        collector = FakeCollector()
        with pytest.raises(InvalidInput, match="expected a video"):
            _collect([good, wrong], tmp_path / "set", collector)
        assert not collector.called
    _collect([good], tmp_path / "set")
    collector = FakeCollector()
    with pytest.raises(InvalidInput, match="another folder"):
        _collect([_video(tmp_path / "b.mp4", "good 2")], tmp_path / "set", collector, DatasetInfo())
    assert not collector.called


def test_a_crop_that_does_not_fit_sets_the_video_aside(tmp_path: Path) -> None:
    info = DatasetInfo(gripper=GripperLabels(meaning="opening"), crop=CropBox(0, 0, 90, 90, 160, 90))
    (outcome,) = _collect([_video(tmp_path / "a.mp4", "good")], tmp_path / "set", info=info)
    assert outcome.state == "rejected"
    assert outcome.quality is not None
    assert "aspect ratio" in outcome.quality.reason


def test_a_missing_package_is_not_blamed_on_the_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*arguments: Any) -> None:
        raise MissingDependency("needs a package")

    monkeypatch.setattr(FakeCollector, "collect", missing)
    with pytest.raises(MissingDependency):
        _collect([_video(tmp_path / "a.mp4", "good")], tmp_path / "set")
    assert not (tmp_path / "set" / ".rejected").exists()
