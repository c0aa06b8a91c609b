import cv2
import numpy as np
import pytest

from vinn_training.collection.calibrate import Board, CalibrationConfig, calibrate, find_views
from vinn_training.collection.lens import Lens
from vinn_training.collection.video import VideoFrame
from vinn_training.exceptions import CollectionError, InvalidInput

BOARD = Board(7, 5, 0.03)
FISHEYE = Lens("fisheye", 640, 480, 250.0, 252.0, 322.0, 236.0, (0.05, -0.01, 0.0, 0.0))
PINHOLE = Lens("pinhole", 640, 480, 470.0, 472.0, 316.0, 244.0, (-0.2, 0.05, 0.0, 0.0, 0.0))
_TEXTURE_PX = 60


def _rays(lens: Lens) -> np.ndarray:
    """(H, W, 2): x / z and y / z of what each pixel sees."""
    columns, rows = np.meshgrid(np.arange(lens.width, dtype=float), np.arange(lens.height, dtype=float))
    pixels = np.stack([columns, rows], axis=-1).reshape(-1, 1, 2)
    undistort = cv2.fisheye.undistortPoints if lens.model == "fisheye" else cv2.undistortPoints
    return undistort(pixels, lens.matrix, np.array(lens.distortion)).reshape(lens.height, lens.width, 2)


def _render(lens: Lens, rays: np.ndarray, centre: tuple[float, float], depth: float, turn: np.ndarray) -> np.ndarray:
    """A picture of the board: turned by a rotation vector, its middle `depth` m away along the ray `centre`."""
    squares = np.indices((BOARD.rows + 1, BOARD.columns + 1)).sum(axis=0) % 2 * 255
    texture = np.kron(squares, np.ones((_TEXTURE_PX, _TEXTURE_PX))).astype(np.uint8)
    texture = cv2.copyMakeBorder(texture, 90, 90, 90, 90, cv2.BORDER_CONSTANT, value=255)
    texture = cv2.GaussianBlur(texture, (0, 0), 4)
    rotation = cv2.Rodrigues(turn)[0]
    middle = depth * np.array([*centre, 1.0])
    # Each ray meets the board's plane; where, in the board's axes, is where the texture is looked up.
    directions = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=2)
    normal = rotation[:, 2]
    distances = (middle @ normal) / (directions @ normal)
    on_board = (directions * distances[..., None] - middle) @ rotation / BOARD.square_m * _TEXTURE_PX
    on_board[distances <= 0] = 1e6
    half = (np.array(texture.shape[::-1]) - 1) / 2
    maps = (on_board[..., :2] + half).astype(np.float32)
    grey = cv2.remap(texture, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderValue=110)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)


def _film(lens: Lens, reach: float, tilt: float, depth: float) -> list[VideoFrame]:
    """The board at 4x3 places over `reach` of the picture, turned by about `tilt` radians to changing sides."""
    rays = _rays(lens)
    rng = np.random.default_rng(0)
    pictures = []
    for down in np.linspace(-reach, reach, 3):
        for across in np.linspace(-reach, reach, 4):
            row = round((1 + down) / 2 * (lens.height - 1))
            column = round((1 + across) / 2 * (lens.width - 1))
            turn = rng.uniform(-tilt, tilt, 3) * (1, 1, 0.3)
            pictures.append(_render(lens, rays, tuple(rays[row, column]), depth, turn))
    return [VideoFrame(index, index / 5, picture) for index, picture in enumerate(pictures)]


@pytest.fixture(scope="module")
def fisheye_film() -> list[VideoFrame]:
    return _film(FISHEYE, 0.62, 0.6, 0.22)


@pytest.mark.parametrize("lens", [FISHEYE, PINHOLE], ids=["fisheye", "pinhole"])
def test_a_known_lens_is_found(lens: Lens, fisheye_film: list[VideoFrame]) -> None:
    film = fisheye_film if lens is FISHEYE else _film(PINHOLE, 0.6, 0.6, 0.4)
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
    views, size = find_views(_film(FISHEYE, 0.25, 0.6, 0.4), BOARD, 40)
    assert len(views) >= 8
    with pytest.raises(CollectionError, match=r"reached \d+ % of the picture"):
        calibrate(views, size, BOARD, "fisheye", CalibrationConfig())


def test_boards_that_all_face_the_camera_are_refused() -> None:
    views, size = find_views(_film(PINHOLE, 0.6, 0.0, 0.4), BOARD, 40)
    with pytest.raises(CollectionError, match=r"turned by at most|misses|explains"):
        calibrate(views, size, BOARD, "pinhole", CalibrationConfig())


def test_a_model_that_does_not_fit_is_refused(fisheye_film: list[VideoFrame]) -> None:
    views, size = find_views(fisheye_film, BOARD, 40)
    bent = [type(view)(view.time_s, view.corners + np.random.default_rng(0).normal(0, 3, view.corners.shape), 1.0)
            for view in views]  # fmt: skip
    with pytest.raises(CollectionError, match=r"misses the corners by|explains"):
        calibrate(bent, size, BOARD, "fisheye", CalibrationConfig())


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


def test_impossible_boards_and_demands_are_refused() -> None:
    for values in ((2, 6, 0.02), (9, 6, 0.0), (9, 6, float("nan")), (9, 100, 0.02)):
        with pytest.raises(InvalidInput):
            Board(*values)
    with pytest.raises(InvalidInput):
        CalibrationConfig(fewest_views=2)
    with pytest.raises(InvalidInput, match="no frames"):
        find_views([], BOARD, 40)
