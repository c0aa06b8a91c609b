"""From directions that were expected and seen to what is wrong with the camera's axes."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

Array = NDArray[np.float64]

#: Beyond this angle a turn is told as exchanged axes, not as a tilt.
_LARGEST_TILT_DEG = 60.0
#: How far the logarithm of the focal length may be from that of the given one, where it is only a guess.
_FOCAL_SIGMA = 0.35
_FOCAL_STRETCHES = np.exp(np.linspace(math.log(0.4), math.log(2.5), 121))
#: Scatter of single directions, by which the focal length's guess is weighed against them.
_DIRECTION_SIGMA_RAD = math.radians(3.0)
#: The expected directions must span space at least this well (smallest singular value of unit vectors).
_LEAST_SPAN = 0.3

_NAMES = (("right", "left"), ("down", "up"), ("forward", "backward"))


@dataclass(frozen=True)
class AxesFit:
    """The orthogonal matrix that turns expected directions into seen ones.

    Attributes:
        matrix: (3, 3) float64; `seen = matrix @ expected`, in optical axes (x right, y down, z forward). Its
            determinant is -1 where the picture is mirrored.
        nearest: (3, 3) float64, the signed permutation that is nearest to it.
        angle_deg: Angle of the turn that is left when `nearest` is undone.
        residual_deg: Root mean square angle between the seen directions and the fit.
        focal_stretch: Factor on the focal length with which the directions fit best; 1 where it was given.
    """

    matrix: Array
    nearest: Array
    angle_deg: float
    residual_deg: float
    focal_stretch: float

    @property
    def is_mirrored(self) -> bool:
        """Whether left and right hands are exchanged: no way of mounting a camera does that."""
        return bool(np.linalg.det(self.matrix) < 0.0)

    @property
    def total_deg(self) -> float:
        """Angle of the whole turn (of a mirrored picture: after mirroring it left to right)."""
        proper = np.diag([-1.0, 1.0, 1.0]) @ self.matrix if self.is_mirrored else self.matrix
        return _angle_deg(proper)


def angle_between_deg(first: Array, second: Array) -> float:
    """Return the angle between two directions, (3,) each, degrees."""
    cosine = float(first @ second) / (float(np.linalg.norm(first)) * float(np.linalg.norm(second)))
    return math.degrees(math.acos(min(max(cosine, -1.0), 1.0)))


def with_focal_stretch(direction: Array, stretch: float) -> Array:
    """Return a direction that was found with a focal length f as it is with `stretch * f`, (3,) of unit length."""
    stretched = direction * np.array([1.0, 1.0, stretch])
    return np.asarray(stretched / np.linalg.norm(stretched))


def fit_axes(expected: Array, seen: Array, focal_is_known: bool) -> AxesFit:
    """Fit the turn, and the mirroring, between what was expected and what was seen (orthogonal Procrustes problem).

    Args:
        expected: (N, 3) unit directions in the optical frame by the robot's camera transform.
        seen: (N, 3) unit directions by the pictures.
        focal_is_known: False lets the focal length be fitted too. It stretches what was seen along the optical axis,
            and only one makes directions at right angles seen at right angles.

    Raises:
        InvalidInput: If the expected directions do not span space: mirrored and turned could not be told apart.
    """
    expected, seen = np.asarray(expected, dtype=np.float64), np.asarray(seen, dtype=np.float64)
    if expected.shape != seen.shape or expected.ndim != 2 or expected.shape[1] != 3 or len(expected) < 3:
        raise InvalidInput(f"directions have shapes {expected.shape} and {seen.shape}; expected (N, 3) both, N >= 3")
    if float(np.linalg.svd(expected, compute_uv=False)[2]) < _LEAST_SPAN:
        raise InvalidInput("the motions lie in one plane; expected motions along all three axes")
    stretches = np.ones(1) if focal_is_known else _FOCAL_STRETCHES
    stretched = seen * np.stack((np.ones_like(stretches), np.ones_like(stretches), stretches), axis=1)[:, None, :]
    stretched /= np.linalg.norm(stretched, axis=2, keepdims=True)
    left, _, right = np.linalg.svd(np.swapaxes(stretched, 1, 2) @ expected)
    matrices = left @ right
    cosines = (stretched * (expected @ np.swapaxes(matrices, 1, 2))).sum(axis=2)
    errors_rad = np.arccos(np.clip(cosines, -1.0, 1.0))
    price = (errors_rad**2).sum(axis=1) / _DIRECTION_SIGMA_RAD**2 + (np.log(stretches) / _FOCAL_SIGMA) ** 2
    best = int(price.argmin())
    matrix = matrices[best]
    nearest = _nearest_signed_permutation(matrix)
    return AxesFit(
        matrix=matrix,
        nearest=nearest,
        angle_deg=_angle_deg(nearest.T @ matrix),
        residual_deg=math.degrees(float(np.sqrt((errors_rad[best] ** 2).mean()))),
        focal_stretch=float(stretches[best]),
    )


def describe_axes(fit: AxesFit, tolerance_deg: float) -> tuple[str, ...]:
    """Say in words what is wrong, the gravest first; nothing where all is right.

    Args:
        fit: From `fit_axes`.
        tolerance_deg: Turns up to this are right.
    """
    if not fit.is_mirrored and fit.total_deg <= _LARGEST_TILT_DEG:
        return () if fit.total_deg <= tolerance_deg else _tilts(fit.matrix, tolerance_deg)
    lines = [_exchange(fit.nearest)]
    if fit.angle_deg > tolerance_deg:
        lines.append(f"and beyond that by {fit.angle_deg:.0f} degrees off")
    return tuple(lines)


def describe_mapping(matrix: Array) -> str:
    """Return what a signed permutation makes of right, down and forward, for example "right is seen as left"."""
    parts = []
    for column, (name, _) in enumerate(_NAMES):
        row = int(np.abs(matrix[:, column]).argmax())
        parts.append(f"{name} is seen as {_NAMES[row][0 if matrix[row, column] > 0.0 else 1]}")
    return ", ".join(parts)


def tilt_deg(fit: AxesFit) -> tuple[float, float, float]:
    """Return how the camera is turned against its transform: further down, further left, picture clockwise, degrees.

    Of no use where axes are exchanged or mirrored.
    """
    down, left, clockwise = (math.degrees(value) for value in _rotation_vector(fit.matrix))
    return down, left, clockwise


def _tilts(matrix: Array, tolerance_deg: float) -> tuple[str, ...]:
    down, left, clockwise = (math.degrees(value) for value in _rotation_vector(matrix))
    turns = (
        (down, "tilt differs: the camera looks {0:.0f} degrees further {1} than its transform says", "down", "up"),
        (left, "pan differs: the camera looks {0:.0f} degrees further to the {1} than its transform says",
         "left", "right"),
        (clockwise, "roll differs: the picture is turned {0:.0f} degrees {1} against its transform",
         "clockwise", "counterclockwise"),
    )  # fmt: skip
    told = [(abs(value), text.format(abs(value), plus if value > 0.0 else minus)) for value, text, plus, minus in turns]
    least = min(0.5 * tolerance_deg, max(size for size, _ in told))
    return tuple(text for size, text in sorted(told, reverse=True) if size >= least)


def _exchange(nearest: Array) -> str:
    about_axis = {
        (0, 1, -1, 0): "the picture is rotated by 90 degrees counterclockwise against the camera transform",
        (0, -1, 1, 0): "the picture is rotated by 90 degrees clockwise against the camera transform",
        (-1, 0, 0, -1): "the picture is upside down (rotated by 180 degrees) against the camera transform",
        (-1, 0, 0, 1): "x is mirrored: the picture is mirrored left to right",
        (1, 0, 0, -1): "y is mirrored: the picture is mirrored top to bottom",
        (0, 1, 1, 0): "x and y are swapped: the picture is transposed (mirrored and rotated by 90 degrees)",
        (0, -1, -1, 0): "x and y are swapped and both reversed (mirrored and rotated by 90 degrees)",
    }
    whole = np.rint(nearest).astype(int)
    if whole[2, 2] == 1:
        return f"{about_axis[tuple(whole[:2, :2].ravel().tolist())]}: {describe_mapping(nearest)}"
    if whole[2, 2] == -1 and whole[0, 0] == whole[1, 1] == 1:
        return f"z is mirrored: {describe_mapping(nearest)}"
    kind = "mirrored and exchanged" if np.linalg.det(nearest) < 0.0 else "exchanged: the camera looks another way"
    return f"axes are {kind}: {describe_mapping(nearest)}"


def _angle_deg(rotation: Array) -> float:
    return math.degrees(math.acos(min(max((float(np.trace(rotation)) - 1.0) / 2.0, -1.0), 1.0)))


def _rotation_vector(rotation: Array) -> Array:
    """Return axis times angle, (3,) radians, of a rotation by less than half a turn."""
    axis = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    length = float(np.linalg.norm(axis))
    return axis * (math.radians(_angle_deg(rotation)) / length) if length > 1e-12 else np.zeros(3)


def _nearest_signed_permutation(matrix: Array) -> Array:
    best = np.eye(3)
    for order in itertools.permutations(range(3)):
        candidate = np.zeros((3, 3))
        for column, row in enumerate(order):
            candidate[row, column] = math.copysign(1.0, matrix[row, column])
        if float((candidate * matrix).sum()) > float((best * matrix).sum()):
            best = candidate
    return best
