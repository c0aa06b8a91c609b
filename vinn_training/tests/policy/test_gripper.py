import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.gripper import GripperThresholds

OPEN, CLOSED, UNKNOWN = GripperState.OPEN, GripperState.CLOSED, GripperState.UNKNOWN


def _run(openings: list[float], start: GripperState = UNKNOWN) -> list[GripperState]:
    thresholds, states = GripperThresholds(0.3, 0.7), [start]
    for opening in openings:
        states.append(thresholds.next_state(states[-1], opening))
    return states[1:]


def test_noise_between_the_thresholds_changes_nothing() -> None:
    assert _run([0.5, 0.9, 0.4, 0.6, 0.31, 0.2, 0.5, 0.69, 0.7]) == [
        UNKNOWN, OPEN, OPEN, OPEN, OPEN, CLOSED, CLOSED, CLOSED, OPEN,
    ]  # fmt: skip


def test_thresholds_themselves_decide() -> None:
    assert _run([0.3], OPEN) == [CLOSED]
    assert _run([0.7], CLOSED) == [OPEN]
    assert GripperThresholds(0.5, 0.5).next_state(OPEN, 0.5) == CLOSED


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.sampled_from(GripperState))
def test_every_opening_can_be_answered(a: float, b: float, opening: float, state: GripperState) -> None:
    thresholds = GripperThresholds(min(a, b), max(a, b))
    after = thresholds.next_state(state, opening)
    assert after == thresholds.next_state(after, opening)
    assert after == state or after in (OPEN, CLOSED)


@pytest.mark.parametrize(("low", "high"), [(0.6, 0.4), (-0.1, 0.5), (0.5, 1.1), (float("nan"), 0.5)])
def test_thresholds_that_could_never_work_are_refused(low: float, high: float) -> None:
    with pytest.raises(InvalidInput, match="close_below"):
        GripperThresholds(low, high)


def test_nan_opening_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nan"):
        GripperThresholds().next_state(OPEN, float("nan"))
