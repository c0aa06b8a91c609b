"""Whatever stops the stand-in driver, it stays where it was, and goes on only when it is told to."""

import pytest

from vinn_training.kinematics import joints
from vinn_training.sim.driver_config import DriverConfig
from vinn_training.sim.kinematic_robot import KinematicRobot

from .driver_commands import arm, streaming, vector


def test_stop_during_homing_leaves_the_robot_not_homed():
    driver = streaming(DriverConfig(homed=False, home_pose={joints.LIFT: 1.0}))
    driver.home_the_robot()
    driver.advance(0.1)
    driver.stop_the_robot()
    driver.advance(10.0)
    assert not driver.is_homed


def test_stop_holds_where_the_robot_is():
    driver = streaming()
    driver.joint_pose_command(vector(wrist_extension=0.5, translate_mobile_base=0.3, joint_gripper_finger_left=-0.2))
    driver.advance(0.3)
    stopped_at = arm(driver), driver.base_position_m()
    assert driver.stop_the_robot().success
    driver.advance(2.0)
    assert (arm(driver), driver.base_position_m()) == pytest.approx(stopped_at)
    assert not driver.is_moving


def test_stop_does_not_open_a_gripper_that_holds_something():
    class Blocked(KinematicRobot):
        def joint_positions(self):
            return {**super().joint_positions(), joints.FINGER_LEFT: 0.02}  # fingers on a handle

        def set_targets(self, targets):
            self.gripper_target_rad = targets.gripper_rad
            super().set_targets(targets)

    robot = Blocked()
    driver = streaming(robot=robot)
    driver.joint_pose_command(vector(joint_gripper_finger_left=-0.2))
    driver.advance(1.0)
    driver.stop_the_robot()
    driver.advance(1.0)
    assert robot.gripper_target_rad == pytest.approx(-0.2)


@pytest.mark.parametrize("mode", ["position", "navigation"])
def test_runstop_stops_refuses_and_gives_the_mode_back(mode):
    driver = streaming()
    driver.switch_mode(mode)
    driver.joint_pose_command(vector(wrist_extension=0.5))
    driver.advance(0.2)
    stopped_at = arm(driver)
    driver.runstop(True)
    assert driver.mode == "runstopped"
    assert driver.is_runstopped
    assert "runstopped" in driver.joint_pose_command(vector(wrist_extension=0.4)).message
    assert not driver.switch_mode("position").success
    assert not driver.home_the_robot().success
    driver.advance(2.0)
    assert arm(driver) == pytest.approx(stopped_at)
    driver.runstop(False)
    driver.advance(2.0)
    assert driver.mode == mode
    assert arm(driver) == pytest.approx(stopped_at)  # the old target is forgotten
