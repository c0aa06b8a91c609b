from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.lerobot_videos import EpisodeVideos, VideoPlace
from vinn_training.exceptions import InvalidInput

pytest.importorskip("av", reason="PyAV is not installed")


def episode(name: str, levels: list[int], size: int = 64) -> Demonstration:
    """Even grey pictures, which a video keeps to a level or two."""
    images = [np.full((size, size, 3), level, dtype=np.uint8) for level in levels]
    count = len(levels)
    directions = np.tile(np.array([[1.0, 0.0, 0.0]], dtype=np.float32), (count, 1))
    return Demonstration.from_images(name, images, directions, np.ones(count, dtype=np.float32))


def videos_of(demonstrations: list[Demonstration], folder: Path, told: list[int]) -> EpisodeVideos:
    return EpisodeVideos(demonstrations, folder, Fraction(5), "observation.images.wrist", lambda: told.append(1))


def test_each_frame_is_found_again_where_its_episode_says(tmp_path: Path) -> None:
    told: list[int] = []
    videos = videos_of([episode("a", [10, 60]), episode("b", [110, 160, 210])], tmp_path, told)
    places, histograms = videos.write()
    assert places == [VideoPlace(0, 0), VideoPlace(0, 2)]
    assert videos.size == (64, 64)
    assert len(histograms) == 2
    errors = videos.compare(places)
    assert errors.shape == (5,)
    assert errors.max() < 3.0
    assert len(told) == 10
    # Looked for one frame too late, each is its neighbour, 50 levels brighter.
    shifted = videos.compare([VideoPlace(0, 1), VideoPlace(0, 2)])
    assert shifted[:2] == pytest.approx([50.0, 50.0], abs=3.0)


def test_images_of_two_sizes_are_refused(tmp_path: Path) -> None:
    videos = videos_of([episode("a", [10]), episode("b", [10], size=32)], tmp_path, [])
    with pytest.raises(InvalidInput, match=r"'b', frame '.*': image is 32x32, the first was 64x64"):
        videos.write()
