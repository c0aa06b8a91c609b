import pytest

from vinn_ros.stretch_bridge.outputs.trajectories import motion_time_s, single_point
from vinn_training.kinematics import joints


def test_the_slowest_joint_sets_the_time():
    ways = {joints.LIFT: -0.05, joints.EXTENSION: 0.02, joints.WRIST_YAW: 0.3}
    assert motion_time_s(ways, slide_mps=0.1, turn_radps=1.0) == pytest.approx(0.5)
    assert motion_time_s(ways, slide_mps=1.0, turn_radps=0.5) == pytest.approx(0.6)


@pytest.mark.parametrize("ways", [{}, {joints.LIFT: 0.0}, {joints.LIFT: 1e-4}])
def test_no_motion_is_too_short_for_a_controller(ways):
    assert motion_time_s(ways, 0.1, 1.0) == pytest.approx(0.2)


def test_the_message_has_one_point_that_begins_now():
    message = single_point({"b": 0.25, "a": -1.0}, 1.75)
    assert message.joint_names == ["b", "a"]
    (point,) = message.points
    assert list(point.positions) == [0.25, -1.0]
    assert (point.time_from_start.sec, point.time_from_start.nanosec) == (1, 750_000_000)
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (0, 0)
