import pytest

from vinn_ros.stretch_bridge.motion import MotionMonitor, MotionTolerances, RestDetector
from vinn_training.kinematics import joints

TOLERANCES = MotionTolerances()
TARGETS = {joints.EXTENSION: 0.2, joints.LIFT: 0.6, joints.BASE: 0.1, joints.FINGER_LEFT: -0.2}
THERE = {joints.EXTENSION: 0.201, joints.LIFT: 0.599, joints.BASE: 0.1, joints.FINGER_LEFT: -0.2}


def monitor() -> MotionMonitor:
    return MotionMonitor(TARGETS, begin_s=10.0, tolerances=TOLERANCES)


def test_reached_at_once_when_everything_is_there():
    assert monitor().end(THERE, moved_s=10.05, now_s=10.06) == "reached"


@pytest.mark.parametrize("name", [joints.EXTENSION, joints.LIFT, joints.BASE])
def test_one_joint_on_its_way_is_not_reached(name):
    assert monitor().end({**THERE, name: TARGETS[name] - 0.02}, moved_s=10.5, now_s=10.51) is None


def test_fingers_are_waited_for_until_they_rest():
    closing = {**THERE, joints.FINGER_LEFT: 0.0}
    assert monitor().end(closing, moved_s=10.49, now_s=10.5) is None
    assert monitor().end(closing, moved_s=10.2, now_s=10.5) == "reached"


def test_rest_short_of_the_target_is_settled_but_not_before_the_driver_could_begin():
    short = {**THERE, joints.EXTENSION: 0.15}
    assert monitor().end(short, moved_s=5.0, now_s=10.1) is None
    assert monitor().end(short, moved_s=5.0, now_s=10.35) == "settled"
    assert monitor().remaining(short) == {joints.EXTENSION: pytest.approx(0.05)}


def test_endless_motion_times_out():
    assert monitor().end({**THERE, joints.LIFT: 0.5}, moved_s=13.0, now_s=13.01) == "timed out"


def test_rest_detector_ignores_noise_and_sees_slow_motion():
    rest = RestDetector(TOLERANCES)
    rest.update({joints.LIFT: 0.6}, 0.0)
    for i in range(1, 20):
        rest.update({joints.LIFT: 0.6 + 0.0007 * (-1) ** i}, 0.02 * i)
    assert rest.moved_s == 0.0
    for i in range(20):
        rest.update({joints.LIFT: 0.6 - 0.0005 * i}, 1.0 + 0.02 * i)
    assert rest.moved_s > 1.3
