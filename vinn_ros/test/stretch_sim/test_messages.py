import numpy as np
import pytest
from builtin_interfaces.msg import Time

from vinn_ros.stretch_sim import messages
from vinn_ros.stretch_sim.core import RobotSnapshot

STAMP = Time(sec=5, nanosec=7)


def snapshot(time_s=1.0, lift_m=0.6, base_m=0.2) -> RobotSnapshot:
    return RobotSnapshot(
        time_s=time_s,
        positions={"joint_lift": lift_m, "wrist_extension": 0.1},
        base_position_m=base_m,
        mode="position",
        is_homed=True,
        is_runstopped=False,
        is_streaming_position=True,
        tool="tool_stretch_dex_wrist",
    )


def test_joint_state_has_positions_and_velocities():
    state = messages.joint_state(snapshot(1.5, 0.65), snapshot(1.0, 0.6), STAMP)
    assert state.name == ["joint_lift", "wrist_extension"]
    assert list(state.position) == [0.65, 0.1]
    assert list(state.velocity) == pytest.approx([0.1, 0.0])
    assert state.header.stamp == STAMP


@pytest.mark.parametrize("before", [None, snapshot(9.0)])
def test_first_state_and_one_after_a_reset_have_no_velocity(before):
    assert list(messages.joint_state(snapshot(), before, STAMP).velocity) == [0.0, 0.0]
    assert messages.odometry(snapshot(), before, STAMP).twist.twist.linear.x == 0.0


def test_odometry_is_along_x():
    odometry = messages.odometry(snapshot(1.5, base_m=0.25), snapshot(1.0, base_m=0.2), STAMP)
    assert odometry.pose.pose.position.x == pytest.approx(0.25)
    assert odometry.pose.pose.orientation.w == 1.0
    assert odometry.twist.twist.linear.x == pytest.approx(0.1)
    assert (odometry.header.frame_id, odometry.child_frame_id) == ("odom", "base_link")


@pytest.mark.parametrize(
    "turn", [(0, 0, 0), (0.3, -2.0, 1.0), (np.pi, 0, 0), (0, np.pi, 0), (0, 0, np.pi), (3.1, 1, 2)]
)
def test_camera_pose_is_the_same_rotation_as_scipys(turn):
    rotation = pytest.importorskip("scipy.spatial.transform").Rotation
    matrix = rotation.from_rotvec(turn).as_matrix()
    message = messages.camera_pose(np.array([0.1, -0.2, 0.3]), matrix, STAMP)
    q = message.pose.orientation
    np.testing.assert_allclose(rotation.from_quat([q.x, q.y, q.z, q.w]).as_matrix(), matrix, atol=1e-12)
    p = message.pose.position
    assert ([p.x, p.y, p.z], message.header.stamp, message.header.frame_id) == ([0.1, -0.2, 0.3], STAMP, "world")
