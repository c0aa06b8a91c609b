"""Episodes over real DDS: the bridge and the stand-in as processes; the test plays the policy and the client."""

from __future__ import annotations

import signal
import time
from importlib.util import find_spec

import pytest
from episode_world import FEEDBACK, EpisodeWorld
from rclpy.action import ActionClient
from std_srvs.srv import SetBool

from vinn_msgs.action import RunEpisode
from vinn_ros.stretch_bridge.start_pose import draw_offset_m
from vinn_training.kinematics import joints

NO_CONTROL_MSGS = pytest.mark.skipif(find_spec("control_msgs") is None, reason="control_msgs is in no Python wheel")


@pytest.fixture(scope="module", params=["streaming", pytest.param("follow_joint_trajectory", marks=NO_CONTROL_MSGS)])
def interface(request):
    return request.param


@pytest.fixture(scope="module")
def nodes(shared_ros, interface):
    return EpisodeWorld(shared_ros, interface)


@pytest.fixture
def world(nodes):
    return nodes.start_over()


def test_from_the_start_pose_through_some_steps_to_an_end_that_is_told(world):
    client = world.ask(seed=4, max_steps=3)
    outcome = world.outcome(client)
    assert (outcome.ending, outcome.steps, outcome.reason) == ("succeeded", 3, "3 of 3 steps are made")
    assert outcome.start_offset_m == pytest.approx(draw_offset_m(0.05, 4))
    assert outcome.time_s > 0.0
    # The wrist turned 0.3 rad away from the arm: sideways is still the base. The steps moved arm and base a little.
    assert world.at(joints.LIFT) == pytest.approx(0.65, abs=0.03)
    assert world.at(joints.WRIST_YAW) == pytest.approx(0.3, abs=0.03)
    assert world.base_m() == pytest.approx(outcome.start_offset_m, abs=0.02)
    states = [report.state for report in world.feedback]
    assert states.index(FEEDBACK.GOING_TO_START_POSE) < states.index(FEEDBACK.RUNNING)
    steps = [report.step for report in world.feedback]
    assert steps == sorted(steps)
    last = world.feedback[-1]
    assert last.distance > 0.0
    assert last.gripper.state == 1
    assert world.rests(), "the end of an episode forbids motion"
    # The same again: the base goes back to the same offset from the same place.
    outcome = world.outcome(world.ask(seed=4, max_steps=1))
    assert (outcome.ending, outcome.reason) == ("succeeded", "1 of 1 steps are made")
    assert world.base_m() == pytest.approx(draw_offset_m(0.05, 4), abs=0.015)


def test_a_cancel_stops_the_robot_and_a_second_goal_is_refused_meanwhile(world):
    client = world.ask(go_to_start_pose=False, max_steps=1000)
    world.wait_for_state(FEEDBACK.RUNNING, step=2)
    refused = world.outcome(world.ask(go_to_start_pose=False))
    assert refused.ending == "refused"
    assert "an episode: " in refused.reason
    assert client.poll() is None
    assert not world.trigger("go_to_start_pose").success
    client.cancel()
    outcome = world.outcome(client)
    assert (outcome.ending, outcome.reason) == ("canceled", "the client canceled it")
    assert outcome.steps >= 2
    world.ros.wait_for(lambda: world.commands[-1].stopped, "the stop")
    assert world.rests()
    # A cancel on the way to the start pose, seconds away, leaves the robot short of it.
    client = world.ask(lateral_offset_range_m=0.0)
    world.wait_for_state(FEEDBACK.GOING_TO_START_POSE)
    client.cancel()
    assert world.outcome(client).ending == "canceled"
    assert world.rests()


def test_pause_resume_stop_and_the_end_of_the_task(world):
    assert not world.trigger("pause").success
    assert not world.trigger("end_episode").success
    client = world.ask(go_to_start_pose=False)
    world.wait_for_state(FEEDBACK.RUNNING, step=1)
    assert world.trigger("pause").success
    world.wait_for_state(FEEDBACK.PAUSED)
    assert world.rests()
    steps = world.feedback[-1].step
    assert world.trigger("resume").success
    world.wait_for_state(FEEDBACK.RUNNING, step=steps + 1)
    assert world.trigger("end_episode").success
    outcome = world.outcome(client)
    assert outcome.ending == "succeeded"
    assert "task is over" in outcome.reason

    client = world.ask(go_to_start_pose=False)
    world.wait_for_state(FEEDBACK.RUNNING)
    assert "stopped an episode" in world.trigger("stop").message
    outcome = world.outcome(client)
    assert (outcome.ending, outcome.reason) == ("aborted", "stopped by ~/stop")
    assert world.rests()

    client = world.ask(go_to_start_pose=False)
    world.wait_for_state(FEEDBACK.RUNNING)
    world.ros.call(SetBool, "/stretch_bridge/enable", SetBool.Request(data=False))
    outcome = world.outcome(client)
    assert (outcome.ending, outcome.reason) == ("aborted", "disabled by ~/enable")


def test_a_stop_on_the_heels_of_the_goal_is_told_as_any_other(world):
    for _ in range(10):  # the executor may or may not have come to the goal by then
        client = world.ask(go_to_start_pose=False)
        world.ros.wait_for(lambda: "stopped an episode" in world.trigger("stop").message, "a stop of the episode")
        outcome = world.outcome(client)
        assert (outcome.ending, outcome.reason) == ("aborted", "stopped by ~/stop")


def test_a_policy_that_holds_for_long_ends_it(world):
    # More than a busy machine takes to the next image.
    assert world.set_parameters({"episode_max_hold_s": 5.0}).successful
    client = world.ask(go_to_start_pose=False)
    world.wait_for_state(FEEDBACK.RUNNING, step=1)
    world.policy.fault = "hold"
    outcome = world.outcome(client)
    assert outcome.ending == "aborted"
    assert "held for 5 s: policy holds: unfamiliar image" in outcome.reason


def test_in_continuous_mode_every_action_that_is_followed_is_a_step(world):
    assert world.set_parameters({"mode": "continuous"}).successful
    outcome = world.outcome(world.ask(go_to_start_pose=False, max_steps=8))
    assert (outcome.ending, outcome.steps) == ("succeeded", 8)
    assert world.rests()


def test_the_start_pose_by_itself_is_answered_when_it_is_reached(world):
    answer = world.trigger("go_to_start_pose")
    assert answer.success, answer.message
    assert world.at(joints.LIFT) == pytest.approx(0.65, abs=0.006)
    assert world.at(joints.EXTENSION) == pytest.approx(0.12, abs=0.006)
    assert world.base_m() == pytest.approx(0.0, abs=0.01)
    before = len(world.moves())
    world.ros.spin_for(1.0)
    assert len(world.moves()) == before, "nobody asked for more"
    world.ros.call(SetBool, "/runstop", SetBool.Request(data=True))
    assert world.set_parameters({"episode_max_hold_s": 1.0}).successful
    answer = world.trigger("go_to_start_pose")
    assert not answer.success
    assert "runstopped" in answer.message


def test_goals_and_parameters_that_make_no_sense_are_refused_with_the_reason(world):
    before = len(world.moves())
    refused = world.outcome(world.ask(lateral_offset_range_m=5.0))
    assert refused.ending == "refused"
    assert "lateral_offset_range_m is 5" in refused.reason
    result = world.set_parameters({"start_pose_positions": [0.1]})
    assert not result.successful
    assert "set both together" in result.reason
    assert len(world.moves()) == before


def test_a_bare_goal_is_a_whole_goal(world):
    """As `ros2 action send_goal /stretch_bridge/run_episode vinn_msgs/action/RunEpisode "{}"` sends it."""
    assert world.set_parameters({"episode_max_steps": 1}).successful
    ros = world.ros
    client = ActionClient(ros.node, RunEpisode, "/stretch_bridge/run_episode")
    ros.wait_for(client.server_is_ready, "the action")
    goal = client.send_goal_async(RunEpisode.Goal())
    ros.wait_for(goal.done, "the goal's acceptance")
    answer = goal.result().get_result_async()
    ros.wait_for(answer.done, "the result")
    assert answer.result().result.success
    assert answer.result().result.steps == 1
    assert abs(world.base_m()) < 0.07


def test_the_end_of_the_bridge_in_the_middle_leaves_the_robot_at_rest(world):
    """The last of the module: it ends the bridge that the others share."""
    ros = world.ros
    client = world.ask(go_to_start_pose=False)
    world.wait_for_state(FEEDBACK.RUNNING, step=1)
    start_s = time.monotonic()
    assert ros.stop("stretch_bridge", signal.SIGINT) == 0
    assert time.monotonic() - start_s < 5.0
    assert "Traceback" not in ros.output("stretch_bridge")
    assert world.commands[-1].stopped or ros.wait_for(lambda: world.commands[-1].stopped, "the last stop")
    assert world.rests()
    outcome = world.outcome(client)
    assert outcome.ending in ("aborted", "lost")
