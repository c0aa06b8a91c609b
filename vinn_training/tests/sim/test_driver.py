"""How the stand-in driver moves the joints; each test is something the bridge relies on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.kinematics import driver_vector, joints
from vinn_training.sim.driver_config import DriverConfig
from vinn_training.sim.kinematic_robot import START, KinematicRobot

from .driver_commands import TOOL, arm, streaming, vector


def test_command_is_reached_at_the_joints_speed_and_then_held():
    driver = streaming()
    assert driver.joint_pose_command(vector(wrist_extension=0.2)).success
    driver.advance(0.25)
    assert arm(driver) == pytest.approx(0.15, abs=5e-3)  # 0.2 m/s
    assert driver.is_moving
    driver.advance(0.5)
    assert arm(driver) == pytest.approx(0.2)
    assert not driver.is_moving
    driver.advance(5.0)  # no more commands: nothing moves
    assert arm(driver) == pytest.approx(0.2)


def test_all_entries_go_to_their_joints():
    driver = streaming()
    command = vector(
        wrist_extension=0.12,
        joint_lift=0.62,
        joint_wrist_yaw=0.1,
        joint_wrist_pitch=-0.1,
        joint_wrist_roll=0.2,
        joint_head_pan=0.3,
        joint_head_tilt=-0.4,
        joint_gripper_finger_left=-0.2,
        translate_mobile_base=-0.03,
    )
    assert driver.joint_pose_command(command).success
    driver.advance(2.0)
    at = driver.joint_positions()
    for name, value in zip(driver_vector.layout(TOOL)[:8], command[:8], strict=True):
        assert at[name] == pytest.approx(value), name
    assert at["joint_gripper_finger_right"] == pytest.approx(-0.2)
    assert driver.base_position_m() == pytest.approx(-0.03)


def test_base_increment_counts_from_the_measured_position():
    driver = streaming()
    for _ in range(2):
        driver.joint_pose_command(vector(translate_mobile_base=0.05))
    driver.advance(2.0)
    assert driver.base_position_m() == pytest.approx(0.05)  # not summed: the base had not moved in between
    driver.joint_pose_command(vector(translate_mobile_base=0.05))
    driver.advance(2.0)
    assert driver.base_position_m() == pytest.approx(0.1)


def test_zero_increment_leaves_the_base_motion_alone():
    driver = streaming()
    driver.joint_pose_command(vector(translate_mobile_base=0.05))
    driver.joint_pose_command(vector())
    driver.advance(2.0)
    assert driver.base_position_m() == pytest.approx(0.05)


def test_other_tools_take_their_own_vector():
    driver = streaming(DriverConfig(tool="tool_stretch_gripper"))
    assert driver.joint_pose_command(vector("tool_stretch_gripper", joint_gripper_finger_left=0.1)).success
    driver.advance(1.0)
    assert driver.joint_positions()[joints.FINGER_LEFT] == pytest.approx(0.1)


def test_target_beyond_the_range_is_shortened_and_named():
    driver = streaming()
    outcome = driver.joint_pose_command(vector(wrist_extension=0.9))
    assert outcome.success
    assert "wrist_extension" in outcome.message
    driver.advance(10.0)
    assert arm(driver) == pytest.approx(0.52)


@settings(max_examples=60, deadline=None)
@given(
    commands=st.lists(st.lists(st.floats(), min_size=8, max_size=11), max_size=4),
    durations_s=st.lists(st.floats(0.0, 0.5), min_size=4, max_size=4),
)
def test_hostile_vectors_never_leave_the_ranges_or_the_speeds(commands, durations_s):
    driver = streaming()
    for command, duration_s in zip(commands, durations_s, strict=False):
        before = driver.joint_positions()
        driver.joint_pose_command(command)
        driver.advance(duration_s)
        for name, (low, high) in driver.config.ranges.items():
            position = driver.joint_positions()[name]
            assert low <= position <= high
            assert abs(position - before[name]) <= driver.config.speeds[name] * duration_s + 1e-9


def test_same_commands_same_motion():
    def run(period_s):
        driver = streaming()
        driver.joint_pose_command(vector(wrist_extension=0.3, translate_mobile_base=0.1))
        for _ in range(round(1.0 / period_s)):
            driver.advance(period_s)
        return arm(driver), driver.base_position_m(), driver.time_s

    assert run(0.02) == pytest.approx(run(0.1))


def test_new_episode_forgets_the_old_goals_but_not_the_activation():
    robot = KinematicRobot()
    driver = streaming(robot=robot)
    driver.joint_pose_command(vector(wrist_extension=0.5, joint_gripper_finger_left=-0.2))
    driver.advance(0.5)
    robot.set_targets(START)
    robot.advance(0.0)
    driver.robot_was_placed()
    driver.advance(2.0)
    assert arm(driver) == pytest.approx(START.arm_m)
    assert driver.joint_positions()[joints.FINGER_LEFT] == pytest.approx(START.gripper_rad)
    assert driver.is_streaming_position
