"""From poses at images to actions: which images are kept, and how the camera moves from each to a later one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray
from vinn_training.demonstrations.pose_tracks import FloatArray64, Poses, TimeArray
from vinn_training.demonstrations.relative_poses import rotation_vectors


class Steps(NamedTuple):
    """Motion of a camera from each frame to its target frame, in the optical frame of the first.

    Attributes:
        directions: (N, 3) float32, unit, or zero at rest.
        lengths_m: (N,) float32, length of each translation, at rest too.
        rotations_rad: (N, 3) float32, rotation vectors.
        targets: (N,) int, index of each frame's target.
    """

    directions: FloatArray
    lengths_m: FloatArray
    rotations_rad: FloatArray
    targets: NDArray[np.intp]


def keep_at_rate(times_ns: TimeArray, rate_hz: float) -> NDArray[np.intp]:
    """Choose images at a rate: for each tick from the first image on, the nearest one within half a period.

    Args:
        times_ns: (N,) int64, rising strictly.
        rate_hz: Ticks a second; 0 keeps every image.

    Returns:
        Indices of the images, rising.
    """
    if rate_hz == 0.0 or len(times_ns) == 0:
        return np.arange(len(times_ns))
    ticks = (times_ns - times_ns[0]) * (rate_hz * 1e-9)
    tick = np.floor(ticks + 0.5)
    distance = np.abs(ticks - tick)
    order = np.lexsort((distance, tick))  # by tick, the nearest first
    is_first = np.r_[True, np.diff(tick[order]) > 0]
    return np.sort(order[is_first])


def steps_between(poses: Poses, horizon: int, rest_m: float) -> Steps:
    """Measure the motion from each frame to the one `horizon` frames later, near the end to the last one.

    Args:
        poses: (N) of the camera's optical frame in one fixed frame.
        horizon: One or more.
        rest_m: A translation shorter than this is rest: its direction is zero.
    """
    count = len(poses.positions_m)
    targets = np.minimum(np.arange(count) + horizon, count - 1)
    later = Poses(poses.positions_m[targets], poses.rotations[targets])
    motion = poses.inverse().then(later)
    lengths = np.linalg.norm(motion.positions_m, axis=1)
    moving = lengths >= max(rest_m, 1e-9)
    directions = np.where(moving[:, None], motion.positions_m / np.where(moving, lengths, 1.0)[:, None], 0.0)
    return Steps(
        directions=directions.astype(np.float32),
        lengths_m=lengths.astype(np.float32),
        rotations_rad=rotation_vectors(motion.rotations).astype(np.float32),
        targets=targets,
    )


def interpolate(
    values: FloatArray64, lower: NDArray[np.intp], upper: NDArray[np.intp], fraction: FloatArray64
) -> FloatArray64:
    """Return (N, K) values on the lines between samples of (M, K)."""
    return np.asarray(values[lower] + fraction[:, None] * (values[upper] - values[lower]))
