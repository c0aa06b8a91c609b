"""The stand-in driver must refuse what the real one refuses, by its mode, tool and homing."""

import math

import pytest

from vinn_training.kinematics import joints
from vinn_training.sim.driver import StretchDriver
from vinn_training.sim.driver_config import DriverConfig
from vinn_training.sim.kinematic_robot import KinematicRobot

from .driver_commands import arm, streaming, vector


def test_refused_before_activation_and_after_deactivation():
    driver = StretchDriver(KinematicRobot())
    outcome = driver.joint_pose_command(vector(wrist_extension=0.2))
    assert not outcome.success
    assert "/activate_streaming_position" in outcome.message
    driver.activate_streaming_position()
    assert driver.joint_pose_command(vector()).success
    driver.deactivate_streaming_position()
    assert not driver.joint_pose_command(vector()).success
    driver.advance(1.0)
    assert arm(driver) == pytest.approx(0.1)


@pytest.mark.parametrize("tool", ["tool_stretch_gripper", "tool_none"])
def test_vector_of_another_tool_is_refused(tool):
    outcome = streaming().joint_pose_command(vector(tool))
    assert not outcome.success
    assert "expected 10" in outcome.message


def test_bad_numbers_are_refused():
    driver = streaming()
    command = vector()
    command[1] = math.nan
    assert "joint_lift" in driver.joint_pose_command(command).message
    command = vector()
    command[8], command[9] = 0.1, 0.1
    assert "at most one" in driver.joint_pose_command(command).message
    command[8] = 0.0
    assert "cannot rotate" in driver.joint_pose_command(command).message
    assert not driver.is_moving


def test_trajectory_mode_refuses_streaming():
    driver = streaming()
    assert driver.switch_mode("trajectory").success
    outcome = driver.joint_pose_command(vector(wrist_extension=0.2))
    assert not outcome.success
    assert "trajectory" in outcome.message


def test_navigation_mode_takes_the_arm_but_no_base_increment():
    driver = streaming()
    driver.switch_mode("navigation")
    assert not driver.joint_pose_command(vector(translate_mobile_base=0.05)).success
    assert driver.joint_pose_command(vector(wrist_extension=0.2)).success
    driver.advance(1.0)
    assert arm(driver) == pytest.approx(0.2)


def test_velocity_needs_navigation_mode_and_lapses():
    driver = streaming()
    assert not driver.velocity_command(0.1, 0.0).success
    driver.switch_mode("navigation")
    assert not driver.velocity_command(math.nan, 0.0).success
    assert driver.velocity_command(0.1, 0.0).success
    driver.advance(3.0)
    assert driver.base_position_m() == pytest.approx(0.05, abs=3e-3)  # 0.5 s
    assert not driver.is_moving


def test_new_mode_ends_the_motion_of_the_old_one():
    driver = streaming()
    driver.joint_pose_command(vector(wrist_extension=0.5))
    driver.advance(0.2)
    stopped_at = arm(driver)
    driver.switch_mode("navigation")
    driver.advance(2.0)
    assert arm(driver) == pytest.approx(stopped_at)


def test_not_homed_refuses_until_homing_is_done():
    driver = streaming(DriverConfig(homed=False))
    outcome = driver.joint_pose_command(vector(wrist_extension=0.2))
    assert not outcome.success
    assert "/home_the_robot" in outcome.message
    assert not driver.stow_the_robot().success
    driver.home_the_robot()
    assert driver.mode == "homing"
    assert not driver.joint_pose_command(vector()).success
    assert not driver.switch_mode("navigation").success
    driver.advance(10.0)
    assert driver.is_homed
    assert driver.mode == "position"
    assert driver.joint_pose_command(vector()).success


def test_stow():
    driver = streaming()
    driver.stow_the_robot()
    driver.advance(0.1)
    assert driver.mode == "stowing"
    driver.advance(10.0)
    assert driver.mode == "position"
    assert driver.joint_positions()[joints.LIFT] == pytest.approx(0.2)
