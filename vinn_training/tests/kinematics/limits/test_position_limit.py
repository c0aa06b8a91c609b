import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.limits.position_limit import PositionLimit

NAMES = ("lift", "arm")
LIMIT = PositionLimit(NAMES, np.array([0.0, -1.0]), np.array([1.1, 0.5]))


class At:
    def __init__(self, q):
        self.q = np.array(q)


@pytest.mark.parametrize(
    ("displacement", "allowed"), [([0.4, 0.0], True), ([0.6, 0.0], False), ([0.0, -1.2], False), ([0.0, -0.9], True)]
)
def test_inequalities_allow_exactly_what_stays_in_range(displacement, allowed):
    matrix, bound = LIMIT.compute_qp_inequalities(At([0.6, 0.0]), 1.0)
    assert bool((matrix @ np.array(displacement) <= bound).all()) is allowed


def test_active_names_joint_and_side():
    assert LIMIT.active(np.array([1.1, 0.0])) == ("lift at its upper limit 1.1",)
    assert LIMIT.active(np.array([0.5, -1.0])) == ("arm at its lower limit -1",)


def test_overshoot_says_how_far():
    assert LIMIT.overshoot(np.array([1.2, 0.0])) == [("lift", pytest.approx(0.1))]


@pytest.mark.parametrize("upper", [0.0, np.nan])
def test_empty_range_is_refused(upper):
    with pytest.raises(InvalidInput, match="'lift'"):
        PositionLimit(("lift",), np.array([0.0]), np.array([upper]))
