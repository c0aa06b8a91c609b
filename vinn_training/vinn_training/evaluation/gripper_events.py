"""Whether the gripper is open when it should be, and how early or late it opens and closes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.gripper import GripperThresholds

#: Frames that an event may be early or late and still count as found.
WINDOW_FRAMES = 10


class GripperEvent(NamedTuple):
    """A change of the gripper.

    Attributes:
        frame: First frame in the new state.
        opens: True: it opens; False: it closes.
    """

    frame: int
    opens: bool


class EventTiming(NamedTuple):
    """How predicted events match the labelled ones of an episode.

    Attributes:
        late_frames: For every labelled event that was found: predicted minus labelled frame; negative is early.
        missed: Labelled events without a predicted one.
        spurious: Predicted events without a labelled one.
    """

    late_frames: tuple[int, ...]
    missed: int
    spurious: int


def gripper_open(openings: NDArray[Any], thresholds: GripperThresholds | None = None) -> NDArray[np.bool_]:
    """Return whether the gripper is open in each frame of an episode, with the robot's hysteresis.

    The first frame is open from an opening of 0.5 on, where it lies between the thresholds.

    Args:
        openings: (T,), 0 closed to 1 open, in time order.
        thresholds: The policy's defaults where None.

    Raises:
        InvalidInput: If there is no opening or one is not finite.
    """
    values = np.asarray(openings, dtype=np.float64)
    if values.ndim != 1 or not len(values):
        raise InvalidInput(f"openings have shape {values.shape}; expected (T,) with T at least 1")
    rule = thresholds or GripperThresholds()
    state = GripperState.OPEN if values[0] >= 0.5 else GripperState.CLOSED
    states = []
    for value in values:
        state = rule.next_state(state, float(value))
        states.append(state is GripperState.OPEN)
    return np.array(states)


def events_of(is_open: NDArray[np.bool_]) -> tuple[GripperEvent, ...]:
    """Return the changes of a gripper, in time order."""
    frames = np.flatnonzero(np.diff(is_open.astype(np.int8))) + 1
    return tuple(GripperEvent(int(frame), bool(is_open[frame])) for frame in frames)


def match_events(
    predicted: tuple[GripperEvent, ...], labelled: tuple[GripperEvent, ...], window_frames: int = WINDOW_FRAMES
) -> EventTiming:
    """Pair predicted with labelled events of the same kind, each at most once, the closest pairs first.

    Args:
        predicted: Of one episode.
        labelled: Of the same episode.
        window_frames: How far apart a pair may be.
    """
    pairs = sorted(
        (abs(guess.frame - truth.frame), truth_index, guess_index)
        for truth_index, truth in enumerate(labelled)
        for guess_index, guess in enumerate(predicted)
        if guess.opens == truth.opens and abs(guess.frame - truth.frame) <= window_frames
    )
    found: dict[int, int] = {}
    used: set[int] = set()
    for _, truth_index, guess_index in pairs:
        if truth_index not in found and guess_index not in used:
            found[truth_index] = predicted[guess_index].frame - labelled[truth_index].frame
            used.add(guess_index)
    return EventTiming(
        late_frames=tuple(found[index] for index in sorted(found)),
        missed=len(labelled) - len(found),
        spurious=len(predicted) - len(used),
    )
