"""Axes of the VINN layout (x right, y forward, z up) <-> the optical frame (x right, y down, z forward)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def disk_to_optical(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (T, 3) vectors given as (right, forward, up) as (right, down, forward)."""
    return np.stack([vectors[:, 0], -vectors[:, 2], vectors[:, 1]], axis=1)


def optical_to_disk(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (T, 3) vectors given as (right, down, forward) as (right, forward, up)."""
    return np.stack([vectors[:, 0], vectors[:, 2], -vectors[:, 1]], axis=1)
