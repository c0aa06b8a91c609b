"""The gripper's hysteresis over whole bags, for many settings at once.

What a threshold does depends on the state before it, frame by frame; but the state in a frame is simply what the last
frame that decided anything said. That is a running maximum of frame numbers, so no loop over frames is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.gripper import GripperThresholds

#: Bits that a state takes.
_BITS = 2
_STATE = (1 << _BITS) - 1


def gripper_states(
    openings: NDArray[np.float64], thresholds: Sequence[GripperThresholds], held: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return the state after every frame, as `VinnPolicy.decide` has it when it is asked frame after frame.

    It starts UNKNOWN, and a frame on which the robot holds changes nothing. Openings that agree with a threshold to
    the last digit may fall on its other side: sums are rounded in another order than the policy's.

    Args:
        openings: (R, T) regressed openings of T frames in time order, by R regressions.
        thresholds: P pairs.
        held: (Q, T), by Q hold quantiles: whether the robot holds.

    Returns:
        (R, P, Q, T) values of GripperState.

    Raises:
        InvalidInput: If an opening is not finite, or shapes do not fit.
    """
    if openings.ndim != 2 or held.ndim != 2 or openings.shape[1] != held.shape[1]:
        raise InvalidInput(f"openings have shape {openings.shape} and held {held.shape}; expected (R, T) and (Q, T)")
    if not np.isfinite(openings).all():
        frame = int(np.argwhere(~np.isfinite(openings))[0][1])
        raise InvalidInput(f"the gripper's opening in frame {frame} is not finite; expected 0 (closed) to 1 (open)")
    close_below = np.array([pair.close_below for pair in thresholds])[None, :, None]
    open_above = np.array([pair.open_above for pair in thresholds])[None, :, None]
    values = openings[:, None, :]
    said = np.where(values >= open_above, np.int32(GripperState.OPEN), np.int32(GripperState.UNKNOWN))
    said[values <= close_below] = GripperState.CLOSED  # wins where the thresholds are equal
    # Frame number and decision in one integer: the running maximum keeps the last decision. Zero decides nothing.
    frames = np.arange(openings.shape[1], dtype=np.int32) << _BITS
    coded = np.where(said != GripperState.UNKNOWN, frames | said, 0)[:, :, None, :] * ~held
    np.maximum.accumulate(coded, axis=-1, out=coded)
    return np.asarray(coded & _STATE, dtype=np.uint8)
