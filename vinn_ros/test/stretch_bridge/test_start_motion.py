import pytest
from fake_robot import FakeRobot

from vinn_ros.stretch_bridge.start_motion import StartMotion
from vinn_training.kinematics import joints

STAGES = [{joints.FINGER_LEFT: 0.2}, {joints.LIFT: 0.6, joints.BASE: 1.03}, {joints.EXTENSION: 0.1}]


def a_motion(robot, stages=STAGES):
    return StartMotion(robot, stages, patience_s=5.0, now_s=0.0)


def test_each_stage_begins_when_the_one_before_is_reached():
    robot = FakeRobot("holding")
    motion = a_motion(robot)
    for count, now_s in ((1, 0.0), (1, 0.02)):
        motion.tick(now_s)
        assert len(robot.poses) == count
    robot.pose_state = "reached"
    motion.tick(0.04)
    # The base's target is told relative to where it is then.
    assert robot.poses[-1] == {joints.LIFT: 0.6, joints.BASE: pytest.approx(0.03)}
    robot.pose_state = "reached"
    motion.tick(0.06)
    assert robot.poses[-1] == {joints.EXTENSION: 0.1}
    assert motion.state == "going"
    robot.pose_state = "reached"
    motion.tick(0.08)
    assert motion.state == "reached"
    assert len(robot.poses) == 3


def test_a_base_that_is_there_is_not_sent_anywhere():
    robot = FakeRobot("holding")
    motion = a_motion(robot, [{joints.BASE: 1.001}, {joints.LIFT: 0.6, joints.BASE: 0.999}])
    motion.tick(0.0)
    assert robot.poses == [{joints.LIFT: 0.6}]


def test_nothing_to_do_is_reached_at_once():
    motion = a_motion(FakeRobot("holding"), [{joints.BASE: 1.0}])
    motion.tick(0.0)
    assert motion.state == "reached"


def test_a_refusal_is_final_once_the_driver_is_ready_and_waited_out_before():
    robot = FakeRobot("holding")
    robot.is_driver_ready, robot.refusal = False, "setting up the driver"
    motion = a_motion(robot)
    motion.tick(4.9)
    assert motion.state == "going"
    robot.is_driver_ready, robot.refusal = True, "joint_lift 1.4 is above its limit"
    motion.tick(4.92)
    assert (motion.state, motion.problem) == ("failed", "joint_lift 1.4 is above its limit")

    robot = FakeRobot("holding")
    robot.is_driver_ready, robot.refusal = False, "setting up the driver"
    motion = a_motion(robot)
    motion.tick(5.1)
    assert (motion.state, motion.problem) == ("failed", "setting up the driver")


def test_a_pose_that_fails_or_motion_that_is_forbidden_ends_it_with_the_reason():
    robot = FakeRobot("holding")
    motion = a_motion(robot)
    motion.tick(0.0)
    robot.pose_state, robot.pose_problem = "failed", "the robot is runstopped"
    motion.tick(0.02)
    assert (motion.state, motion.problem) == ("failed", "the robot is runstopped")

    robot = FakeRobot("holding")
    motion = a_motion(robot)
    motion.tick(0.0)
    robot.disable("disabled by ~/enable", 0.01)
    motion.tick(0.02)
    assert (motion.state, motion.problem) == ("failed", "disabled by ~/enable")


def test_after_a_pause_the_stage_is_begun_anew():
    robot = FakeRobot("holding")
    motion = a_motion(robot, [{joints.BASE: 1.2}])
    motion.tick(0.0)
    robot.pause("a person", 0.02)
    robot.base_position_m = 1.15
    motion.tick(100.0)  # nobody counts the time of a pause
    assert motion.state == "going"
    robot.resume(100.02)
    motion.tick(100.04)
    assert robot.poses[-1] == {joints.BASE: pytest.approx(0.05)}
