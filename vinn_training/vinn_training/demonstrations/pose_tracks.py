"""Poses over time, and what they are between two samples: lines for positions, shortest turns for rotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.demonstrations.relative_poses import matrices_from_quaternions
from vinn_training.exceptions import InvalidInput

FloatArray64 = NDArray[np.float64]
TimeArray = NDArray[np.int64]


class Poses(NamedTuple):
    """N poses of one frame in another.

    Attributes:
        positions_m: (N, 3) float64, origin of the frame.
        rotations: (N, 3, 3) float64; columns are the frame's axes.
    """

    positions_m: FloatArray64
    rotations: FloatArray64

    def then(self, inner: Poses) -> Poses:
        """Return `inner`, which is given in this frame, in the frame that this one is given in."""
        turned = np.einsum("nij,nj->ni", self.rotations, inner.positions_m)
        return Poses(self.positions_m + turned, self.rotations @ inner.rotations)

    def inverse(self) -> Poses:
        """Return the other frame's poses in this one."""
        back = np.swapaxes(self.rotations, 1, 2)
        return Poses(-np.einsum("nij,nj->ni", back, self.positions_m), back)


class Brackets(NamedTuple):
    """Between which samples N moments lie.

    Attributes:
        lower: (N,) int, index of the sample before or at the moment.
        upper: (N,) int, index of the sample after it, or the same where the moment is a sample's own.
        fraction: (N,) float64, 0 at the lower to 1 at the upper sample.
        gap_ns: (N,) int64, time between the two; -1 for a moment before the first or after the last sample.
    """

    lower: NDArray[np.intp]
    upper: NDArray[np.intp]
    fraction: FloatArray64
    gap_ns: TimeArray


def bracket(times_ns: TimeArray, moments_ns: TimeArray) -> Brackets:
    """Find the samples around moments.

    Args:
        times_ns: (M,) int64, rising strictly, at least one.
        moments_ns: (N,) int64, in any order.
    """
    upper = np.clip(np.searchsorted(times_ns, moments_ns, side="left"), 0, len(times_ns) - 1)
    is_sample = times_ns[upper] == moments_ns
    lower = np.where(is_sample, upper, np.maximum(upper - 1, 0))
    gap_ns = times_ns[upper] - times_ns[lower]
    outside = (moments_ns < times_ns[0]) | (moments_ns > times_ns[-1])
    # Differences first: nanoseconds since 1970 do not fit into a float64 exactly.
    fraction = (moments_ns - times_ns[lower]) / np.maximum(gap_ns, 1)
    return Brackets(lower, upper, np.where(outside, 0.0, fraction), np.where(outside, -1, gap_ns).astype(np.int64))


def sort_samples(times_ns: TimeArray) -> NDArray[np.intp]:
    """Return the indices that put samples in order of time, of several with one time only the first."""
    _, first = np.unique(times_ns, return_index=True)
    return np.asarray(first, dtype=np.intp)


@dataclass(frozen=True)
class PoseTrack:
    """Poses of a frame at some moments.

    Attributes:
        times_ns: (M,) int64, rising strictly.
        positions_m: (M, 3) float64.
        quaternions: (M, 4) float64 as x, y, z, w; made unit.

    Raises:
        InvalidInput: If there is no pose, one is not finite, or a quaternion is zero.
    """

    times_ns: TimeArray
    positions_m: FloatArray64
    quaternions: FloatArray64

    def __post_init__(self) -> None:
        times = np.array(self.times_ns, dtype=np.int64)
        positions = np.array(self.positions_m, dtype=np.float64).reshape(-1, 3)
        quaternions = np.array(self.quaternions, dtype=np.float64).reshape(-1, 4)
        norms = np.linalg.norm(quaternions, axis=1, keepdims=True)
        if not (len(times) == len(positions) == len(quaternions) > 0):
            raise InvalidInput(f"{len(times)} times and {len(positions)} poses; expected as many, at least one")
        if not (np.isfinite(positions).all() and np.isfinite(quaternions).all() and (norms > 1e-6).all()):
            raise InvalidInput("a pose is not finite or has a zero quaternion")
        object.__setattr__(self, "times_ns", times)
        object.__setattr__(self, "positions_m", positions)
        object.__setattr__(self, "quaternions", quaternions / norms)

    @classmethod
    def from_samples(cls, times_ns: TimeArray, positions_m: FloatArray64, quaternions: FloatArray64) -> PoseTrack:
        """Return a track of samples in any order.

        Raises:
            InvalidInput: As the constructor.
        """
        order = sort_samples(np.asarray(times_ns, dtype=np.int64))
        return cls(
            np.asarray(times_ns)[order], np.asarray(positions_m).reshape(-1, 3)[order],
            np.asarray(quaternions).reshape(-1, 4)[order],
        )  # fmt: skip

    def at(self, brackets: Brackets) -> Poses:
        """Return the poses at moments; outside of the track, the nearest pose."""
        lower, upper, fraction = brackets.lower, brackets.upper, brackets.fraction[:, None]
        positions = self.positions_m[lower] + fraction * (self.positions_m[upper] - self.positions_m[lower])
        return Poses(
            positions, matrices_from_quaternions(slerp(self.quaternions[lower], self.quaternions[upper], fraction))
        )


def slerp(start: FloatArray64, end: FloatArray64, fraction: FloatArray64) -> FloatArray64:
    """Return rotations between two, along the shortest turn at constant speed (Shoemake, 1985).

    Args:
        start: (N, 4) unit quaternions x, y, z, w.
        end: (N, 4) the same.
        fraction: (N, 1), 0 to 1.
    """
    cosine = np.sum(start * end, axis=1, keepdims=True)
    end = np.where(cosine < 0.0, -end, end)  # both signs are one rotation; the nearer is the shorter turn
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    is_small = sine < 1e-9
    safe = np.where(is_small, 1.0, sine)
    first = np.where(is_small, 1.0 - fraction, np.sin((1.0 - fraction) * angle) / safe)
    second = np.where(is_small, fraction, np.sin(fraction * angle) / safe)
    mixed = first * start + second * end
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True))
