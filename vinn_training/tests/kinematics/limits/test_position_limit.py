import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.limits.position_limit import PositionLimit

NAMES = ("lift", "arm")
LIMIT = PositionLimit(NAMES, np.array([0.0, -1.0]), np.array([1.1, 0.5]))


def test_clamp_brings_every_joint_into_its_range_and_moves_no_other():
    np.testing.assert_array_equal(LIMIT.clamp(np.array([1.2, 0.3])), [1.1, 0.3])
    np.testing.assert_array_equal(LIMIT.clamp(np.array([0.4, -7.0])), [0.4, -1.0])


def test_active_names_joint_and_side():
    assert LIMIT.active(np.array([1.1, 0.0])) == ("lift at its upper limit 1.1",)
    assert LIMIT.active(np.array([0.5, -1.0])) == ("arm at its lower limit -1",)


def test_overshoot_says_how_far():
    assert LIMIT.overshoot(np.array([1.2, 0.0])) == [("lift", pytest.approx(0.1))]


@pytest.mark.parametrize("upper", [0.0, np.nan])
def test_empty_range_is_refused(upper):
    with pytest.raises(InvalidInput, match="'lift'"):
        PositionLimit(("lift",), np.array([0.0]), np.array([upper]))
