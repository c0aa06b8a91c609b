from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations.lerobot_video import VideoFile, pixel_format

av = pytest.importorskip("av")


@pytest.mark.parametrize("rate", [Fraction(30), Fraction(30000, 1001), Fraction(5, 2)])
def test_frames_stand_at_their_times_and_in_their_colours(tmp_path: Path, rate: Fraction) -> None:
    video = VideoFile(tmp_path / "new" / "a.mp4", rate)
    for index in range(25):
        video.add(np.full((32, 48, 3), (10 * index, 200, 30), dtype=np.uint8), starts_episode=index in (0, 13))
    video.close()
    assert video.frames == 25
    with av.open(str(tmp_path / "new" / "a.mp4")) as container:
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx([index / float(rate) for index in range(25)], abs=1e-4)
    assert {index for index, frame in enumerate(frames) if frame.key_frame} >= {0, 10, 13}
    for index, frame in enumerate(frames):
        colour = frame.to_ndarray(format="rgb24").reshape(-1, 3).mean(axis=0)
        np.testing.assert_allclose(colour, (10 * index, 200, 30), atol=5)
    assert (frames[0].colorspace, frames[0].color_range) == (5, 1)


def test_a_file_without_frames_can_be_closed(tmp_path: Path) -> None:
    VideoFile(tmp_path / "a.mp4", Fraction(10)).close()


def test_chroma_is_halved_only_where_it_can_be() -> None:
    assert pixel_format(48, 64) == "yuv420p"
    assert pixel_format(47, 64) == pixel_format(48, 63) == "yuv444p"
