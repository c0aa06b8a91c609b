import numpy as np
import pytest

from vinn_training.collection.board_views import Board, find_views
from vinn_training.collection.calibrate import CalibrationConfig, calibrate
from vinn_training.collection.lens import Lens
from vinn_training.collection.video import VideoFrame
from vinn_training.exceptions import CollectionError, InvalidInput

from .board_film import BOARD, FISHEYE, PINHOLE, film_of


@pytest.fixture(scope="module")
def fisheye_film() -> list[VideoFrame]:
    return film_of(FISHEYE, 0.62, 0.6, 0.22)


@pytest.mark.parametrize("lens", [FISHEYE, PINHOLE], ids=["fisheye", "pinhole"])
def test_a_known_lens_is_found(lens: Lens, fisheye_film: list[VideoFrame]) -> None:
    film = fisheye_film if lens is FISHEYE else film_of(PINHOLE, 0.6, 0.6, 0.4)
    views, size = find_views(film, BOARD, 40)
    found = calibrate(views, size, BOARD, lens.model, CalibrationConfig())

    assert found.views >= 8
    assert found.lens.fx == pytest.approx(lens.fx, rel=0.01)
    assert found.lens.fy == pytest.approx(lens.fy, rel=0.01)
    assert found.lens.cx == pytest.approx(lens.cx, abs=3)
    assert found.lens.cy == pytest.approx(lens.cy, abs=3)
    assert found.error_px < 0.3
    rays = np.array([[x, y, 1.0] for x in (-0.5, 0.0, 0.5) for y in (-0.4, 0.4)])
    np.testing.assert_allclose(found.lens.project(rays), lens.project(rays), atol=1.5)


def test_too_few_views_are_refused(fisheye_film: list[VideoFrame]) -> None:
    views, size = find_views(fisheye_film[:5], BOARD, 40)
    with pytest.raises(CollectionError, match=r"[45] different views; expected at least 8"):
        calibrate(views, size, BOARD, "fisheye", CalibrationConfig())


def test_another_board_is_not_taken_for_this_one(fisheye_film: list[VideoFrame]) -> None:
    views, size = find_views(fisheye_film, Board(9, 8), 40)
    with pytest.raises(CollectionError, match="--columns and --rows"):
        calibrate(views, size, Board(9, 8), "fisheye", CalibrationConfig())


def test_boards_in_the_middle_only_are_refused() -> None:
    views, size = find_views(film_of(FISHEYE, 0.25, 0.6, 0.4), BOARD, 40)
    assert len(views) >= 8
    with pytest.raises(CollectionError, match=r"reached \d+ % of the picture"):
        calibrate(views, size, BOARD, "fisheye", CalibrationConfig())


def test_boards_that_all_face_the_camera_are_refused() -> None:
    views, size = find_views(film_of(PINHOLE, 0.6, 0.0, 0.4), BOARD, 40)
    with pytest.raises(CollectionError, match=r"turned by at most|misses|explains"):
        calibrate(views, size, BOARD, "pinhole", CalibrationConfig())


def test_a_model_that_does_not_fit_is_refused(fisheye_film: list[VideoFrame]) -> None:
    views, size = find_views(fisheye_film, BOARD, 40)
    bent = [type(view)(view.time_s, view.corners + np.random.default_rng(0).normal(0, 3, view.corners.shape), 1.0)
            for view in views]  # fmt: skip
    with pytest.raises(CollectionError, match=r"misses the corners by|explains"):
        calibrate(bent, size, BOARD, "fisheye", CalibrationConfig())


def test_impossible_demands_are_refused() -> None:
    with pytest.raises(InvalidInput):
        CalibrationConfig(fewest_views=2)
