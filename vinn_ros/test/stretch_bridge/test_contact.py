import math

import pytest

from vinn_ros.stretch_bridge.contact import GROUPS, ContactLimits, efforts_text
from vinn_training.kinematics import joints

OFF = dict.fromkeys(GROUPS, 0.0)


@pytest.mark.parametrize(
    ("limits", "efforts", "said"),
    [
        ({}, {joints.LIFT: 1e9}, None),
        ({"lift": 40.0}, {joints.LIFT: 39.0}, None),
        ({"lift": 40.0}, {joints.LIFT: 41.0}, "lift's effort is 41, its max_effort_lift 40"),
        ({"lift": 40.0}, {joints.LIFT: -41.0}, "lift's effort is 41"),
        ({"lift": 40.0}, {joints.EXTENSION: 90.0, joints.LIFT: 1.0}, None),
        ({"arm": 40.0}, {joints.ARM_SEGMENTS[2]: 90.0}, "arm's effort is 90"),
        ({"wrist": 2.0}, {joints.WRIST_YAW: 0.1, joints.WRIST_PITCH: -3.0}, "wrist's effort is 3"),
        ({"gripper": 2.0}, {joints.FINGER_RIGHT: 2.5}, "gripper's effort is 2.5"),
    ],
)
def test_effort_above_its_groups_threshold_forbids_motion(limits, efforts, said):
    problem = ContactLimits(OFF | limits)(efforts)
    assert problem is None if said is None else said in str(problem)


@pytest.mark.parametrize("efforts", [{}, {joints.LIFT: math.nan}, {joints.EXTENSION: 1.0}])
def test_threshold_that_cannot_be_kept_forbids_motion_and_says_what_to_set(efforts):
    problem = ContactLimits(OFF | {"lift": 40.0})(efforts)
    assert "no effort of the lift" in str(problem)
    assert "max_effort_lift to 0" in str(problem)


def test_efforts_for_people():
    assert efforts_text({}) == "no effort"
    assert efforts_text({joints.LIFT: math.nan}) == "no effort"
    assert efforts_text({joints.LIFT: -12.0, joints.WRIST_YAW: 1.0, joints.WRIST_ROLL: -3.0}) == "lift 12, wrist 3"
