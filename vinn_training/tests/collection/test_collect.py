from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("av")

import av

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.collect import CollectConfig, Collected, Collector, shrink
from vinn_training.collection.lens import Lens
from vinn_training.collection.overlay import write_overlay
from vinn_training.collection.quality import QualityRecord
from vinn_training.collection.stages import Stages
from vinn_training.collection.video import frames
from vinn_training.exceptions import CollectionError, InvalidInput


class FakeStages:
    """Stages that see the camera move straight ahead by one unit a frame, and remember what they were given."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.dropped: tuple[tuple[int, str], ...] = ()
        self.rest = False

    def stages(self) -> Stages:
        return Stages(self._grabber, self._reconstruct, lambda images, poses, mask: {"frames": []}, self._label)

    def _grabber(self, images: Any) -> np.ndarray:
        mask = np.full(images[0].shape[:2], 255, np.uint8)
        mask[-10:] = 0
        return mask

    def _reconstruct(self, images: Any, camera: Any, mask: Any) -> Any:
        self.given = {"images": images, "camera": camera, "mask": mask}
        count = len(images)
        height, width = images[0].shape[:2]
        return SimpleNamespace(
            registered=np.ones(count, bool),
            rotations_camera_to_world=np.tile(np.eye(3), (count, 1, 1)),
            centers=np.arange(count)[:, None] * np.array([0.0, 0.0, 1.0]),
            camera=camera or PinholeCamera(width, height, 100.0, 100.0, width / 2, height / 2),
            reprojection_error_px=0.5,
            notes=("a note",),
        )

    def _label(self, structure: Any, times_s: Any) -> Any:
        self.given["times_s"] = times_s
        left_out = {index for index, _ in self.dropped}
        rows = np.array([index for index in range(len(times_s) - 1) if index not in left_out], dtype=np.intp)
        forward = np.tile(np.array([0, 0, 0 if self.rest else 1], np.float32), (len(rows), 1))
        return SimpleNamespace(
            frames=rows,
            directions=forward,
            rotations_rad=np.zeros((len(rows), 3), np.float32),
            lengths=np.ones(len(rows), np.float32),
            at_rest=np.full(len(rows), self.rest),
            dropped=self.dropped,
        )


def _pictures(count: int, size: tuple[int, int] = (160, 120)) -> list[np.ndarray]:
    """A texture that slides to the left; picture i < 25 has 10 i in its upper left corner."""
    rng = np.random.default_rng(0)
    texture = cv2.resize(rng.integers(0, 256, (12, 60, 3), np.uint8), (size[0] * 4, size[1]))
    pictures = []
    for index in range(count):
        picture = texture[:, 2 * index : 2 * index + size[0]].copy()
        picture[:16, :16] = 10 * index % 250
        pictures.append(picture)
    return pictures


@pytest.fixture
def video(tmp_path: Path) -> Path:
    write_overlay(tmp_path / "video.mp4", _pictures(20), 10.0)
    return tmp_path / "video.mp4"


def _collect(
    video: Path, fake: FakeStages, config: CollectConfig | None = None, **more: Any
) -> tuple[Collected, QualityRecord]:
    quality = QualityRecord(str(video))
    collector = Collector(config or CollectConfig(rate_hz=5.0), fake.stages(), **more)
    return collector.collect(video, "demo", quality), quality


def test_labels_belong_to_their_pictures_and_times(video: Path) -> None:
    fake = FakeStages()
    fake.dropped = ((2, "blurred"),)
    collected, quality = _collect(video, fake)
    demonstration = collected.demonstration

    assert len(demonstration) == 8  # ten frames at 5 Hz; one dropped, and none follows the last
    np.testing.assert_allclose(demonstration.times_s, [0.0, 0.2, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6], atol=1e-3)
    corners = [demonstration.load_image(index)[8, 8, 0] for index in range(8)]
    np.testing.assert_allclose(corners, 100 * np.array(demonstration.times_s), atol=5)
    np.testing.assert_array_equal(demonstration.directions, np.tile([0, 0, 1], (8, 1)))
    assert [(step.frame, step.reason) for step in quality.dropped] == [(2, "blurred")]
    assert (quality.frames, quality.registered, quality.labelled, quality.rate_hz) == (10, 10, 8, 5.0)
    assert quality.focal_px == 100.0
    assert "a note" in quality.notes


def test_a_variable_rate_is_noted_and_its_times_kept(tmp_path: Path) -> None:
    path = tmp_path / "gap.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for index, picture in enumerate(_pictures(20)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = 100 * index + 30 * (index % 2) + (1500 if index >= 9 else 0), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    collected, quality = _collect(path, FakeStages())

    np.testing.assert_allclose(np.diff(collected.demonstration.times_s)[3:6], [0.2, 1.7, 0.2], atol=0.11)
    assert any("varies" in note for note in quality.notes)


def test_pictures_are_linear_and_their_camera_known(video: Path) -> None:
    lens = Lens("fisheye", 320, 240, 140.0, 140.0, 159.5, 119.5, (0.0,) * 4, "a test")
    fake = FakeStages()
    _, quality = _collect(video, fake, lens=lens)
    straight = FakeStages()
    _collect(video, straight)

    assert fake.given["camera"].width == 160
    assert fake.given["camera"].fx < 70  # the middle is magnified less where the borders are stretched
    assert np.abs(fake.given["images"][0].astype(int) - straight.given["images"][0]).mean() > 5
    assert straight.given["camera"] is None
    assert quality.lens == "a test"
    assert quality.focal_px == fake.given["camera"].fx


def test_a_nominal_lens_does_not_hold_the_focal_length(video: Path) -> None:
    lens = Lens("fisheye", 320, 240, 140.0, 140.0, 159.5, 119.5, (0.0,) * 4)
    fake = FakeStages()
    _collect(video, fake, lens=lens, lens_is_nominal=True)
    assert fake.given["camera"] is None


def test_a_lens_of_another_aspect_ratio_is_refused(video: Path) -> None:
    lens = Lens("fisheye", 320, 180, 140.0, 140.0, 159.5, 89.5, (0.0,) * 4)
    with pytest.raises(InvalidInput, match="aspect ratio"):
        _collect(video, FakeStages(), lens=lens)


def test_a_given_mask_is_fitted_and_used_instead_of_the_found_one(video: Path) -> None:
    mask = np.full((240, 320), 255, np.uint8)
    mask[:120] = 0
    fake = FakeStages()
    _, quality = _collect(video, fake, mask=mask)
    assert fake.given["mask"].shape == (120, 160)
    assert not fake.given["mask"][:59].any()
    assert fake.given["mask"][61:].all()
    assert quality.grabber_mask == {"source": "given", "part_of_picture": 0.5}

    _, quality = _collect(video, fake)
    assert quality.grabber_mask["source"] == "found"
    assert not fake.given["mask"][-10:].any()
    with pytest.raises(InvalidInput, match="mask is 320x100"):
        _collect(video, fake, mask=mask[:100])


def test_unknown_openings_are_taken_from_the_nearest_frame(video: Path) -> None:
    def label(images: Any) -> np.ndarray:
        openings = np.full(len(images), np.nan, np.float32)
        openings[[1, 8]] = 0.25, 0.75
        return openings

    collected, quality = _collect(video, FakeStages(), labeller=label)
    np.testing.assert_allclose(collected.demonstration.gripper, [0.25] * 5 + [0.75] * 4)
    assert quality.gripper == {"source": "label", "unknown_frames": 8}


def test_a_labeller_may_see_more_frames_than_are_chosen(video: Path) -> None:
    seen: list[int] = []

    def label(images: Any) -> np.ndarray:
        seen.append(len(images))
        return np.linspace(0.0, 0.95, len(images), dtype=np.float32)

    collected, quality = _collect(video, FakeStages(), labeller=label, labeller_rate_hz=10.0)
    assert seen == [20]
    times_s = np.array(collected.demonstration.times_s)
    np.testing.assert_allclose(collected.demonstration.gripper, times_s / 2, atol=1e-3)
    assert quality.gripper["unknown_frames"] == 0


def test_a_gripper_that_cannot_be_labelled_is_not_taken_as_open(video: Path) -> None:
    def fail(images: Any) -> np.ndarray:
        raise CollectionError("no finger is in view")

    with pytest.raises(CollectionError, match=r"no finger is in view\. Label it"):
        _collect(video, FakeStages(), labeller=fail)


def test_without_labeller_the_gripper_is_open_and_the_report_warns(video: Path) -> None:
    collected, quality = _collect(video, FakeStages())
    assert (collected.demonstration.gripper == 1.0).all()
    assert any("cannot learn to grasp" in note for note in quality.notes)


def test_stored_pictures_are_small_and_poses_are_found_in_larger_ones(video: Path) -> None:
    fake = FakeStages()
    config = CollectConfig(rate_hz=5.0, size=80, working_size=120)
    collected, quality = _collect(video, fake, config)
    assert collected.demonstration.load_image(0).shape == (60, 80, 3)
    assert fake.given["images"][0].shape == (90, 120, 3)
    assert quality.picture_size == (120, 90)


def test_the_rate_follows_the_motion(tmp_path: Path) -> None:
    write_overlay(tmp_path / "a.mp4", _pictures(40, (320, 240)), 20.0)  # 2 px a frame: 12.5 % of the picture a second
    _, quality = _collect(tmp_path / "a.mp4", FakeStages(), CollectConfig())
    assert quality.rate_hz == pytest.approx(5.0, abs=0.5)
    assert "12 %" in quality.rate_reason or "13 %" in quality.rate_reason


def test_one_frame_is_no_demonstration(tmp_path: Path) -> None:
    write_overlay(tmp_path / "still.mp4", _pictures(1), 10.0)
    with pytest.raises(CollectionError, match="expected at least 3 frames"):
        _collect(tmp_path / "still.mp4", FakeStages(), CollectConfig())


def test_a_camera_that_rests_all_the_time_is_refused_with_what_was_found(video: Path) -> None:
    fake = FakeStages()
    fake.rest = True
    quality = QualityRecord(str(video))
    with pytest.raises(CollectionError, match="none of them moves"):
        Collector(CollectConfig(rate_hz=5.0), fake.stages()).collect(video, "demo", quality)
    assert quality.registered == 10
    assert len(quality.at_rest) == 9


def test_long_videos_are_refused_before_memory_runs_out(video: Path) -> None:
    with pytest.raises(CollectionError, match="more than 5 frames at 10 Hz"):
        _collect(video, FakeStages(), CollectConfig(rate_hz=10.0, most_frames=5))


def test_a_truncated_video_keeps_its_good_part(video: Path) -> None:
    faststart = video.with_name("cut.mp4")
    with av.open(str(video)) as source, av.open(str(faststart), "w", options={"movflags": "faststart"}) as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    data = faststart.read_bytes()
    faststart.write_bytes(data[: int(0.85 * len(data))])
    good = len(list(frames(faststart)))
    collected, quality = _collect(faststart, FakeStages(), CollectConfig(rate_hz=10.0))

    assert 3 <= good < 20
    assert len(collected.demonstration) == good - 1
    assert any("cut off" in fault for fault in quality.video_faults)


@pytest.mark.parametrize("change", [{"rate_hz": -1.0}, {"rate_hz": float("nan")}, {"size": 10}, {"most_frames": 2}])
def test_impossible_configurations_are_refused(change: dict) -> None:
    with pytest.raises(InvalidInput, match="expected"):
        replace(CollectConfig(), **change)


def test_pictures_are_never_enlarged() -> None:
    small = np.zeros((30, 40, 3), np.uint8)
    assert shrink(small, 100) is small
    assert shrink(small, 20).shape == (15, 20, 3)
