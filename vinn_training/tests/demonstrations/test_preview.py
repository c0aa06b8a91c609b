import base64
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.images import read_image
from vinn_training.demonstrations.preview import FRAME_HEIGHT_PX, draw_episode, write_preview
from vinn_training.exceptions import InvalidDemonstration, InvalidInput


def _dataset(views, bad: str = "") -> Dataset:
    def fail(index: int) -> np.ndarray:
        raise InvalidDemonstration("cut off")

    episodes = []
    for name in ("one", "two <b>", "three", "four"):
        images = views(len(name), 20)
        load_image = fail if bad in (name, "all") else images.__getitem__
        names = tuple(map(str, range(20)))
        episodes.append(Demonstration(name, names, np.tile([1.0, 0, 0], (20, 1)), np.ones(20), load_image))
    return Dataset(Path("data"), "vinn", tuple(episodes))


def test_an_episode_is_a_row_of_frames_from_first_to_last(views) -> None:
    demonstration = _dataset(views).demonstrations[0]
    row = draw_episode(demonstration, 4)
    tile_width = round(64 * FRAME_HEIGHT_PX / 48)
    assert row.shape == (FRAME_HEIGHT_PX, 4 * (tile_width + 6), 3)
    for tile, index in ((0, 0), (3, 19)):
        picture = row[:, tile * (tile_width + 6) :][:, :tile_width]
        expected = cv2.resize(demonstration.load_image(index), (tile_width, FRAME_HEIGHT_PX))
        assert np.median(np.abs(picture.astype(int) - expected)) < 3
    assert draw_episode(demonstration, 50).shape[1] == 20 * (tile_width + 6)


def test_a_picture(views, tmp_path: Path) -> None:
    assert write_preview(_dataset(views), tmp_path / "sheet.png", episodes=2, frames=3) == []
    sheet = read_image(tmp_path / "sheet.png")
    assert sheet.shape[0] > 2 * FRAME_HEIGHT_PX
    assert sheet.shape[0] < 3 * FRAME_HEIGHT_PX
    assert list(tmp_path.iterdir()) == [tmp_path / "sheet.png"]


def test_a_page_needs_no_other_file(views, tmp_path: Path) -> None:
    write_preview(_dataset(views), tmp_path / "sheet.html", episodes=4)
    page = (tmp_path / "sheet.html").read_text()
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    assert len(pictures) == len(re.findall("src=", page)) == 4
    assert "http" not in page
    assert "two &lt;b&gt;" in page
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(pictures[0]), dtype=np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape[0] == FRAME_HEIGHT_PX


def test_episodes_that_cannot_be_read_are_left_out_and_named(views, tmp_path: Path) -> None:
    assert write_preview(_dataset(views, bad="three"), tmp_path / "sheet.png") == ["three"]
    with pytest.raises(InvalidDemonstration, match="no image of the 4 chosen episodes can be read"):
        write_preview(_dataset(views, bad="all"), tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_what_cannot_be_written_is_refused(views, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"suffix is '\.pdf'; expected \.png or \.html"):
        write_preview(_dataset(views), tmp_path / "sheet.pdf")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_preview(_dataset(views), tmp_path / "nowhere" / "sheet.png")
    with pytest.raises(InvalidInput, match="episodes is 0"):
        write_preview(_dataset(views), tmp_path / "sheet.png", episodes=0)
