import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.gripper import GripperThresholds
from vinn_training.tuning.gripper_scan import gripper_states

_LEVELS = st.sampled_from([0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0])
_PAIRS = st.tuples(_LEVELS, _LEVELS).map(lambda pair: GripperThresholds(min(pair), max(pair)))


def test_a_known_course() -> None:
    openings = np.array([[0.5, 0.7, 0.5, 0.3, 0.5, 0.9]])
    states = gripper_states(openings, [GripperThresholds(0.4, 0.6)], np.zeros((1, 6), dtype=bool))
    unknown, is_open, closed = GripperState.UNKNOWN, GripperState.OPEN, GripperState.CLOSED
    assert states[0, 0, 0].tolist() == [unknown, is_open, is_open, closed, closed, is_open]


def test_a_held_frame_changes_nothing() -> None:
    openings = np.array([[0.9, 0.1, 0.5, 0.1]])
    held = np.array([[False, True, False, False], [True, True, False, False]])
    states = gripper_states(openings, [GripperThresholds()], held)
    assert states[0, 0].tolist() == [[1, 1, 1, 2], [0, 0, 0, 2]]


@settings(deadline=None, max_examples=60)
@given(
    openings=arrays.arrays(np.float64, st.tuples(st.integers(1, 2), st.integers(1, 12)), elements=_LEVELS),
    pairs=st.lists(_PAIRS, min_size=1, max_size=3),
    seed=st.integers(0, 1000),
)
def test_every_setting_is_what_the_policys_rule_says_frame_by_frame(openings, pairs, seed) -> None:
    held = np.random.default_rng(seed).random((2, openings.shape[1])) < 0.3
    states = gripper_states(openings, pairs, held)
    assert states.shape == (len(openings), len(pairs), 2, openings.shape[1])
    for row, values in enumerate(openings):
        for pair, thresholds in enumerate(pairs):
            for quantile in range(2):
                state = GripperState.UNKNOWN
                for frame, value in enumerate(values):
                    if not held[quantile, frame]:
                        state = thresholds.next_state(state, float(value))
                    assert states[row, pair, quantile, frame] == state


def test_openings_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InvalidInput, match="frame 1 is not finite"):
        gripper_states(np.array([[0.5, np.nan]]), [GripperThresholds()], np.zeros((1, 2), dtype=bool))
    with pytest.raises(InvalidInput, match="expected"):
        gripper_states(np.zeros((1, 3)), [GripperThresholds()], np.zeros((1, 2), dtype=bool))
