from pathlib import Path

import av
import numpy as np
import pytest

from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.gripper.frame_sources import open_episodes, spread


def _video(path: Path, frames: int) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            image = np.full((48, 64, 3), 10 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


def test_pictures_of_a_video_by_number(tmp_path: Path) -> None:
    (episode,) = open_episodes(_video(tmp_path / "a.MP4", 20))
    assert (episode.name, episode.length) == ("", 20)
    picked = list(episode.read([2, 7, 19]))
    assert [number for number, _ in picked] == [2, 7, 19]
    assert [round(float(image.mean()) / 10) for _, image in picked] == [2, 7, 19]
    assert sum(1 for _ in episode.images()) == 20


def test_demonstrations_of_a_data_set(dataset: Path) -> None:
    episodes = open_episodes(dataset)
    assert [(episode.name, episode.length) for episode in episodes][:2] == [("demo_0", 40), ("demo_1", 40)]
    ((number, image),) = episodes[0].read([5])
    assert (number, image.shape) == (5, (96, 128, 3))


def test_what_is_neither(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="expected a video or a data set"):
        open_episodes(tmp_path / "nothing.mp4")
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    with pytest.raises(InvalidDemonstration, match=r"broken\.mp4"):
        open_episodes(tmp_path / "broken.mp4")


def test_frames_are_spread_over_all_episodes_by_their_length(tmp_path: Path) -> None:
    long, short = open_episodes(_video(tmp_path / "a.mp4", 20))[0], open_episodes(_video(tmp_path / "b.mp4", 5))[0]
    numbers = spread([long, short], 10)
    assert numbers == [[1, 3, 6, 8, 11, 13, 16, 18], [1, 3]]
    assert spread([long, short], 1000) == [list(range(20)), list(range(5))]
    assert [len(chosen) for chosen in spread([long, short], 1)] == [1, 1]
    with pytest.raises(InvalidInput, match="count is 0"):
        spread([long], 0)
