"""The stand-in driver must refuse what the real one refuses; each test is something the bridge relies on."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import driver_vector, joints
from vinn_training.sim.driver import StretchDriver
from vinn_training.sim.driver_config import DriverConfig
from vinn_training.sim.kinematic_robot import START, KinematicRobot

TOOL = "tool_stretch_dex_wrist"


def vector(tool=TOOL, **changes) -> list[float]:
    values = {
        joints.EXTENSION: 0.1,
        joints.LIFT: 0.6,
        joints.WRIST_YAW: 0.0,
        joints.WRIST_PITCH: 0.0,
        joints.WRIST_ROLL: 0.0,
        joints.HEAD_PAN: 0.0,
        joints.HEAD_TILT: 0.0,
        joints.FINGER_LEFT: 0.05,
        joints.BASE: 0.0,
        driver_vector.BASE_ROTATE: 0.0,
    }
    return driver_vector.encode(tool, values | changes)


def streaming(config: DriverConfig | None = None, robot: KinematicRobot | None = None) -> StretchDriver:
    driver = StretchDriver(robot or KinematicRobot(), config)
    driver.activate_streaming_position()
    return driver


def arm(driver) -> float:
    return driver.joint_positions()[joints.EXTENSION]


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


def test_other_tools_take_their_own_vector():
    driver = streaming(DriverConfig(tool="tool_stretch_gripper"))
    assert driver.joint_pose_command(vector("tool_stretch_gripper", joint_gripper_finger_left=0.1)).success
    driver.advance(1.0)
    assert driver.joint_positions()[joints.FINGER_LEFT] == pytest.approx(0.1)


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


def test_stop_during_homing_leaves_the_robot_not_homed():
    driver = streaming(DriverConfig(homed=False, home_pose={joints.LIFT: 1.0}))
    driver.home_the_robot()
    driver.advance(0.1)
    driver.stop_the_robot()
    driver.advance(10.0)
    assert not driver.is_homed


def test_stow():
    driver = streaming()
    driver.stow_the_robot()
    driver.advance(0.1)
    assert driver.mode == "stowing"
    driver.advance(10.0)
    assert driver.mode == "position"
    assert driver.joint_positions()[joints.LIFT] == pytest.approx(0.2)


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


def test_target_beyond_the_range_is_shortened_and_named():
    driver = streaming()
    outcome = driver.joint_pose_command(vector(wrist_extension=0.9))
    assert outcome.success
    assert "wrist_extension" in outcome.message
    driver.advance(10.0)
    assert arm(driver) == pytest.approx(0.52)


@pytest.mark.parametrize(
    "change",
    [
        {"tool": "tool_hook"},
        {"control_period_s": 0.0},
        {"velocity_timeout_s": math.nan},
        {"speeds": {joints.BASE: 0.0}},
        {"ranges": {joints.LIFT: (1.0, 0.0)}},
    ],
)
def test_bad_settings_are_refused(change):
    with pytest.raises(InvalidInput):
        DriverConfig(**change)


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


def test_new_mode_ends_the_motion_of_the_old_one():
    driver = streaming()
    driver.joint_pose_command(vector(wrist_extension=0.5))
    driver.advance(0.2)
    stopped_at = arm(driver)
    driver.switch_mode("navigation")
    driver.advance(2.0)
    assert arm(driver) == pytest.approx(stopped_at)
