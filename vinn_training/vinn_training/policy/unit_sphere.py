"""Directions on the unit sphere S2, where the demonstrations' actions lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM


def to_unit_sphere(directions: NDArray[Any]) -> NDArray[np.float64]:
    """Return vectors scaled to unit length; those shorter than REST_NORM have no direction and become zero.

    Args:
        directions: (..., 3).

    Returns:
        (..., 3) float64.
    """
    values = np.asarray(directions, dtype=np.float64)
    norms = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.where(norms > REST_NORM, values / np.maximum(norms, REST_NORM), 0.0)
