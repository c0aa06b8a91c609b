"""From the poses of a moving body to its motions, each told in the body's own axes where the motion begins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM
from vinn_training.exceptions import InvalidInput

#: A quaternion whose length is further from 1 is no rotation, but another quantity.
_QUATERNION_TOLERANCE = 1e-2


class Motions(NamedTuple):
    """Motions between frames.

    Attributes:
        translations: (T, 3) float64, in the unit of the positions.
        rotations_rad: (T, 3) float64, rotation vectors of at most pi.
    """

    translations: NDArray[np.float64]
    rotations_rad: NDArray[np.float64]


class Labels(NamedTuple):
    """Translations as a demonstration holds them.

    Attributes:
        directions: (T, 3) float32, unit length, or zero at rest.
        lengths: (T,) float32, in the unit of the translations.
    """

    directions: NDArray[np.float32]
    lengths: NDArray[np.float32]


def relative_motions(positions: NDArray[np.float64], rotations: NDArray[np.float64], horizon: int) -> Motions:
    """Return inv(T_t) T_{t+h} for every frame t that has a frame t + h.

    Args:
        positions: (N, 3), of the body in a fixed frame.
        rotations: (N, 3, 3), from the body's axes to the fixed frame's.
        horizon: h, at least 1.

    Raises:
        InvalidInput: If the horizon is under 1 or the poses are no more than it.
    """
    if horizon < 1:
        raise InvalidInput(f"horizon is {horizon}; expected at least 1 frame")
    if len(positions) <= horizon:
        raise InvalidInput(
            f"{len(positions)} poses; expected more than the horizon of {horizon} frames to which motions are measured"
        )
    # Row vectors times R are R transposed times columns: from the fixed frame to the body's axes at t.
    moved = np.einsum("ti,tij->tj", positions[horizon:] - positions[:-horizon], rotations[:-horizon])
    turned = np.einsum("tji,tjk->tik", rotations[:-horizon], rotations[horizon:])
    return Motions(moved, rotation_vectors(turned))


def unit_labels(translations: NDArray[np.float64]) -> Labels:
    """Return (T, 3) translations as directions and lengths; what is shorter than REST_NORM is at rest."""
    lengths = np.linalg.norm(translations, axis=1)
    resting = lengths <= REST_NORM
    directions = translations / np.where(resting, 1.0, lengths)[:, None]
    directions[resting] = 0.0
    return Labels(directions.astype(np.float32), lengths.astype(np.float32))


def matrices_from_quaternions(quaternions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 3, 3) rotation matrices of (N, 4) quaternions (x, y, z, w).

    Raises:
        InvalidInput: If a quaternion is not of unit length, within 1 %.
    """
    lengths = np.linalg.norm(quaternions, axis=1, keepdims=True)
    bad = ~(np.abs(lengths[:, 0] - 1.0) <= _QUATERNION_TOLERANCE)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise InvalidInput(
            f"frame {first}: quaternion {quaternions[first].tolist()} has length {lengths[first, 0]:.4g}; expected 1"
        )
    x, y, z, w = (quaternions / lengths).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def matrices_from_vectors(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 3, 3) rotation matrices of (N, 3) rotation vectors in radians."""
    angles = np.linalg.norm(vectors, axis=1, keepdims=True)
    # sin(a / 2) / a is 1/2 in the limit; np.sinc is sin(pi x) / (pi x).
    imaginary = 0.5 * np.sinc(angles / (2.0 * np.pi)) * vectors
    return matrices_from_quaternions(np.concatenate([imaginary, np.cos(0.5 * angles)], axis=1))


def rotation_vectors(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 3) rotation vectors, of at most pi, of (N, 3, 3) rotation matrices."""
    # The quaternion's largest component is taken from the diagonal, the others from it: exact near 0 and near pi.
    m = matrices
    trace = np.trace(m, axis1=1, axis2=2)
    diagonal = np.stack([m[:, 0, 0], m[:, 1, 1], m[:, 2, 2], trace], axis=1)
    products = np.zeros((len(m), 4, 4))  # 4 q_i q_j of the quaternion (x, y, z, w)
    for i in range(3):
        products[:, i, i] = 1.0 - trace + 2.0 * m[:, i, i]
        j, k = (i + 1) % 3, (i + 2) % 3
        products[:, i, j] = products[:, j, i] = m[:, j, i] + m[:, i, j]
        products[:, i, 3] = products[:, 3, i] = m[:, k, j] - m[:, j, k]
    products[:, 3, 3] = 1.0 + trace
    quaternions = products[np.arange(len(m)), np.argmax(diagonal, axis=1)]
    quaternions /= np.linalg.norm(quaternions, axis=1, keepdims=True)
    quaternions *= np.where(quaternions[:, 3:] < 0.0, -1.0, 1.0)
    sines = np.linalg.norm(quaternions[:, :3], axis=1, keepdims=True)
    angles = 2.0 * np.arctan2(sines, quaternions[:, 3:])
    scale = np.where(sines > 1e-12, angles / np.maximum(sines, 1e-12), 2.0)
    return scale * quaternions[:, :3]
