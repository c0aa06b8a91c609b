"""How well thresholded grippers do against what the gripper really did, for many settings at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState
from vinn_training.evaluation.gripper_events import GripperEvent, events_of, gripper_open, match_events
from vinn_training.policy.gripper import GripperThresholds
from vinn_training.tuning.gripper_scan import gripper_states

Counts = NDArray[np.int64]

#: States that are looked at together: 16 MiB of them.
_BLOCK = 1 << 22


@dataclass(frozen=True)
class GripperScores:
    """Sums over frames and events; (R, P, Q) int64 by regression, pair of thresholds and hold quantile.

    Attributes:
        frames: Frames whose real state is known.
        events: How often the gripper really opened or closed.
        wrong: Frames in the other state.
        missed: Real events without one of the policy's near them.
        spurious: Events of the policy without a real one near them.
        early: Events found that came too early.
        late: Events found that came too late.
        off_frames: By how many frames these were off, in all.
        changes: Events of the policy: far more than the real ones is chatter.
    """

    frames: int
    events: int
    wrong: Counts
    missed: Counts
    spurious: Counts
    early: Counts
    late: Counts
    off_frames: Counts
    changes: Counts

    def __add__(self, other: GripperScores) -> GripperScores:
        return GripperScores(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))


def no_gripper_scores(shape: tuple[int, int, int]) -> GripperScores:
    """Return the scores of a bag that does not tell what the gripper did."""
    return GripperScores(0, 0, *(np.zeros(shape, dtype=np.int64) for _ in range(7)))


def gripper_scores(
    openings: NDArray[np.float64],
    thresholds: Sequence[GripperThresholds],
    held: NDArray[np.bool_],
    labels: NDArray[np.floating],
    window_frames: int,
) -> GripperScores:
    """Compare one bag's gripper with that of every setting.

    Before a setting's first decision the gripper is taken to be as it really was in the first frame.

    Args:
        openings: (R, T) regressed.
        thresholds: P pairs.
        held: (Q, T).
        labels: (T,) real openings, 0 closed to 1 open.
        window_frames: How far an event may be off and still count as found.

    Raises:
        InvalidInput: If an opening is not finite or shapes do not fit.
    """
    truth = gripper_open(labels)
    real = events_of(truth)
    rows_at_once = max(1, _BLOCK // max(1, held.size * len(thresholds)))
    parts = []
    for start in range(0, len(openings), rows_at_once):
        states = gripper_states(openings[start : start + rows_at_once], thresholds, held)
        is_open = (states == GripperState.OPEN) | ((states == GripperState.UNKNOWN) & truth[0])
        parts.append(_counts(is_open.reshape(-1, len(truth)), truth, real, window_frames))
    shape = (len(openings), len(thresholds), len(held))
    return GripperScores(len(truth), len(real), *(column.reshape(shape) for column in np.concatenate(parts).T))


def _counts(
    is_open: NDArray[np.bool_], truth: NDArray[np.bool_], real: tuple[GripperEvent, ...], window_frames: int
) -> Counts:
    """Return (N, 7) counts in the order of GripperScores; gripper courses that are the same are looked at once."""
    packed = np.packbits(is_open, axis=1)
    keys = packed.view(f"V{packed.shape[1]}")[:, 0]
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    near = np.zeros(len(truth), dtype=bool)
    for event in real:
        near[max(0, event.frame - window_frames) : event.frame + window_frames + 1] = True
    changes = is_open[first, 1:] != is_open[first, :-1]
    wrong = (is_open[first] != truth).sum(axis=1)
    rows = []
    for course, changed, frames_wrong in zip(is_open[first], changes, wrong, strict=True):
        # A chattering gripper has hundreds of events; those far from every real one match none.
        frames = np.flatnonzero(changed) + 1
        mine = tuple(GripperEvent(int(frame), bool(course[frame])) for frame in frames[near[frames]])
        timing = match_events(mine, real, window_frames)
        off = np.array(timing.late_frames)
        rows.append(
            (
                frames_wrong,
                timing.missed,
                timing.spurious + len(frames) - len(mine),
                (off < 0).sum(),
                (off > 0).sum(),
                np.abs(off).sum(),
                len(frames),
            )
        )
    return np.array(rows, dtype=np.int64)[which]
