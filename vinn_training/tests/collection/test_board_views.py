import cv2
import numpy as np
import pytest

from vinn_training.collection.board_views import Board, find_views
from vinn_training.collection.video import VideoFrame
from vinn_training.exceptions import InvalidInput

from .board_film import BOARD, FISHEYE, film_of


@pytest.fixture(scope="module")
def fisheye_film() -> list[VideoFrame]:
    return film_of(FISHEYE, 0.62, 0.6, 0.22)


def test_of_equal_views_the_sharpest_is_kept(fisheye_film: list[VideoFrame]) -> None:
    sharp = fisheye_film[5]
    soft = VideoFrame(0, 0.0, cv2.GaussianBlur(sharp.image, (0, 0), 2.0))
    later = VideoFrame(2, 0.4, soft.image)
    views, _ = find_views([soft, VideoFrame(1, 0.2, sharp.image), later], BOARD, 40)
    assert [view.time_s for view in views] == [0.2]


def test_many_views_are_thinned_out_to_the_most_different(fisheye_film: list[VideoFrame]) -> None:
    views, _ = find_views(fisheye_film, BOARD, 4)
    assert len(views) == 4
    middles = np.array([view.corners.mean(axis=0) for view in views])
    assert np.ptp(middles[:, 0]) > 0.4 * 640


def test_impossible_boards_and_no_video_are_refused() -> None:
    for values in ((2, 6, 0.02), (9, 6, 0.0), (9, 6, float("nan")), (9, 100, 0.02)):
        with pytest.raises(InvalidInput):
            Board(*values)
    with pytest.raises(InvalidInput, match="no frames"):
        find_views([], BOARD, 40)
