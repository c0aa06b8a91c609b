"""The node in continuous mode against the stand-in, over real DDS: commands come without actions, and end with them."""

from __future__ import annotations

import pytest
from geometry_msgs.msg import Vector3
from sensor_msgs.msg import JointState

from vinn_msgs.msg import BridgeCommand, GripperState, PolicyAction
from vinn_ros import qos
from vinn_training.kinematics import joints

# The machine may be busy: late actions are not what is tested here.
BRIDGE = {
    "enabled_on_start": True,
    "auto_resume": True,
    "mode": "continuous",
    "continuous_speed_m_s": 0.02,
    "max_image_age_s": 3.0,
    "max_action_age_s": 3.0,
    "max_joint_state_age_s": 3.0,
    "max_status_age_s": 3.0,
}


@pytest.fixture
def world(ros):
    ros.states = ros.collect(JointState, "joint_states", qos.ROBOT_STATE)
    ros.commands = ros.collect(BridgeCommand, "command", qos.STREAM)
    ros.actions = ros.node.create_publisher(PolicyAction, "action", qos.STREAM)
    ros.is_acting = True
    ros.node.create_timer(0.2, lambda: act(ros))
    return ros


def act(world) -> None:
    if not world.is_acting:
        return
    message = PolicyAction(translation=Vector3(z=1.0))
    message.header.stamp = world.node.get_clock().now().to_msg()
    message.header.frame_id = "wrist_camera_optical_frame"
    message.gripper.state = GripperState.OPEN
    world.actions.publish(message)


def moves(world) -> list[BridgeCommand]:
    return [command for command in world.commands if not command.stopped]


def extension(world) -> float:
    before = len(world.states)
    world.wait_for(lambda: len(world.states) > before, "a joint state")
    state = world.states[-1]
    return state.position[list(state.name).index(joints.EXTENSION)]


def test_commands_follow_one_another_without_actions_and_stop_with_them(world):
    world.start("stretch_standin", {})
    world.start("stretch_bridge", BRIDGE)
    world.wait_for(lambda: len(moves(world)) > 5, "motions")
    begin_m, before = extension(world), len(moves(world))
    world.wait_for(lambda: len(moves(world)) >= before + 40, "40 more motions")
    # 5 actions a second, 25 commands a second, whatever the machine makes of it: more commands than actions.
    stamps = [(c.header.stamp.sec, c.header.stamp.nanosec) for c in moves(world)[before:]]
    assert len(set(stamps)) < len(stamps) / 2
    assert extension(world) > begin_m + 0.005
    steps_m = [abs(c.requested_m.y) for c in moves(world)]
    assert max(steps_m) <= 0.02 * 0.1 + 1e-6  # the speed, for the longest time that a command may be for

    assert world.set_parameter("stretch_bridge", "mode", "step").successful
    world.wait_for(lambda: moves(world)[-1].requested_m.y < -0.03, "a step of the step length")
    assert not world.set_parameter("stretch_bridge", "mode", "dance").successful
    assert world.set_parameter("stretch_bridge", "mode", "continuous").successful
    before = len(moves(world))
    world.wait_for(lambda: len(moves(world)) >= before + 10, "motions without end again")

    world.is_acting = False
    world.wait_for(lambda: any("newest action" in c.reason for c in world.commands), "the stop", 20.0)
    world.spin_for(0.5)
    at_m, before = extension(world), len(moves(world))
    world.spin_for(1.0)
    assert extension(world) == pytest.approx(at_m, abs=1e-6)
    assert len(moves(world)) == before
