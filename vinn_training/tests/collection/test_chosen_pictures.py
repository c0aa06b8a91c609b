from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av")

import av

from vinn_training.collection.chosen_pictures import shrink
from vinn_training.collection.collect_config import CollectConfig
from vinn_training.collection.lens import Lens
from vinn_training.collection.overlay import write_overlay
from vinn_training.collection.video import frames
from vinn_training.exceptions import CollectionError, InvalidInput

from .collecting import FakeStages, collect, sliding_pictures


def test_a_variable_rate_is_noted_and_its_times_kept(tmp_path: Path) -> None:
    path = tmp_path / "gap.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for index, picture in enumerate(sliding_pictures(20)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = 100 * index + 30 * (index % 2) + (1500 if index >= 9 else 0), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    collected, quality = collect(path, FakeStages())

    np.testing.assert_allclose(np.diff(collected.demonstration.times_s)[3:6], [0.2, 1.7, 0.2], atol=0.11)
    assert any("varies" in note for note in quality.notes)


def test_pictures_are_linear_and_their_camera_known(video: Path) -> None:
    lens = Lens("fisheye", 320, 240, 140.0, 140.0, 159.5, 119.5, (0.0,) * 4, "a test")
    fake = FakeStages()
    _, quality = collect(video, fake, lens=lens)
    straight = FakeStages()
    collect(video, straight)

    assert fake.given["camera"].width == 160
    assert fake.given["camera"].fx < 70  # the middle is magnified less where the borders are stretched
    assert np.abs(fake.given["images"][0].astype(int) - straight.given["images"][0]).mean() > 5
    assert straight.given["camera"] is None
    assert quality.lens == "a test"
    assert quality.focal_px == fake.given["camera"].fx


def test_a_nominal_lens_does_not_hold_the_focal_length(video: Path) -> None:
    lens = Lens("fisheye", 320, 240, 140.0, 140.0, 159.5, 119.5, (0.0,) * 4)
    fake = FakeStages()
    collect(video, fake, lens=lens, lens_is_nominal=True)
    assert fake.given["camera"] is None


def test_a_lens_of_another_aspect_ratio_is_refused(video: Path) -> None:
    lens = Lens("fisheye", 320, 180, 140.0, 140.0, 159.5, 89.5, (0.0,) * 4)
    with pytest.raises(InvalidInput, match="aspect ratio"):
        collect(video, FakeStages(), lens=lens)


def test_the_rate_follows_the_motion(tmp_path: Path) -> None:
    write_overlay(
        tmp_path / "a.mp4", sliding_pictures(40, (320, 240)), 20.0
    )  # 2 px a frame: 12.5 % of the picture a second
    _, quality = collect(tmp_path / "a.mp4", FakeStages(), CollectConfig())
    assert quality.rate_hz == pytest.approx(5.0, abs=0.5)
    assert "12 %" in quality.rate_reason or "13 %" in quality.rate_reason


def test_one_frame_is_no_demonstration(tmp_path: Path) -> None:
    write_overlay(tmp_path / "still.mp4", sliding_pictures(1), 10.0)
    with pytest.raises(CollectionError, match="expected at least 3 frames"):
        collect(tmp_path / "still.mp4", FakeStages(), CollectConfig())


def test_long_videos_are_refused_before_memory_runs_out(video: Path) -> None:
    with pytest.raises(CollectionError, match="more than 5 frames at 10 Hz"):
        collect(video, FakeStages(), CollectConfig(rate_hz=10.0, most_frames=5))


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
    collected, quality = collect(faststart, FakeStages(), CollectConfig(rate_hz=10.0))

    assert 3 <= good < 20
    assert len(collected.demonstration) == good - 1
    assert any("cut off" in fault for fault in quality.video_faults)


def test_pictures_are_never_enlarged() -> None:
    small = np.zeros((30, 40, 3), np.uint8)
    assert shrink(small, 100) is small
    assert shrink(small, 20).shape == (15, 20, 3)
