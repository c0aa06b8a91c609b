import pytest

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics import joints


def test_extension_is_summed_from_the_segments_where_it_is_missing():
    positions = dict.fromkeys(joints.ARM_SEGMENTS, 0.05)
    assert joints.joint_position(positions, joints.EXTENSION) == pytest.approx(0.2)


def test_published_extension_wins():
    assert joints.joint_position({joints.EXTENSION: 0.3}, joints.EXTENSION) == 0.3


def test_missing_joint_is_named():
    with pytest.raises(KinematicsError, match="lack 'joint_lift'"):
        joints.joint_position({joints.EXTENSION: 0.3}, joints.LIFT)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_value_that_is_no_number_is_named(value):
    with pytest.raises(KinematicsError, match="'joint_lift' is"):
        joints.joint_position({joints.LIFT: value}, joints.LIFT)
