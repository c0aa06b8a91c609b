"""Pictures of a chessboard through a known lens."""

import cv2
import numpy as np

from vinn_training.collection.board_views import Board
from vinn_training.collection.lens import Lens
from vinn_training.collection.video import VideoFrame

BOARD = Board(7, 5, 0.03)
FISHEYE = Lens("fisheye", 640, 480, 250.0, 252.0, 322.0, 236.0, (0.05, -0.01, 0.0, 0.0))
PINHOLE = Lens("pinhole", 640, 480, 470.0, 472.0, 316.0, 244.0, (-0.2, 0.05, 0.0, 0.0, 0.0))
_TEXTURE_PX = 60


def rays_of(lens: Lens) -> np.ndarray:
    """(H, W, 2): x / z and y / z of what each pixel sees."""
    columns, rows = np.meshgrid(np.arange(lens.width, dtype=float), np.arange(lens.height, dtype=float))
    pixels = np.stack([columns, rows], axis=-1).reshape(-1, 1, 2)
    undistort = cv2.fisheye.undistortPoints if lens.model == "fisheye" else cv2.undistortPoints
    return undistort(pixels, lens.matrix, np.array(lens.distortion)).reshape(lens.height, lens.width, 2)


def render(lens: Lens, rays: np.ndarray, centre: tuple[float, float], depth: float, turn: np.ndarray) -> np.ndarray:
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


def film_of(lens: Lens, reach: float, tilt: float, depth: float) -> list[VideoFrame]:
    """The board at 4x3 places over `reach` of the picture, turned by about `tilt` radians to changing sides."""
    rays = rays_of(lens)
    rng = np.random.default_rng(0)
    pictures = []
    for down in np.linspace(-reach, reach, 3):
        for across in np.linspace(-reach, reach, 4):
            row = round((1 + down) / 2 * (lens.height - 1))
            column = round((1 + across) / 2 * (lens.width - 1))
            turn = rng.uniform(-tilt, tilt, 3) * (1, 1, 0.3)
            pictures.append(render(lens, rays, tuple(rays[row, column]), depth, turn))
    return [VideoFrame(index, index / 5, picture) for index, picture in enumerate(pictures)]
