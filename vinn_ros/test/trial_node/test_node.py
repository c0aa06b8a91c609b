"""Trials as an operator runs them: over DDS, with the bridge and the stand-in Stretch."""

from __future__ import annotations

import pytest
from rosbags.rosbag2 import Reader
from std_srvs.srv import Trigger
from trial_world import TrialWorld

from vinn_msgs.msg import TrialState
from vinn_ros.stretch_bridge.start_pose import draw_offset_m


@pytest.fixture(scope="module")
def nodes(shared_ros, tmp_path_factory):
    shared_ros.without_shared_memory()  # the last test kills one
    world = TrialWorld(shared_ros, tmp_path_factory.mktemp("trials"))
    yield world
    world.end()


@pytest.fixture
def world(nodes):
    nodes.start_over()
    return nodes


def test_a_trial_from_start_to_success(world):
    answer = world.start("first")
    assert answer.number == 1
    assert answer.start_offset_m == draw_offset_m(0.02, 0)
    state = world.wait_for_trial(TrialState.RUNNING)
    assert (state.condition, state.seed, state.policy) == ("first", 0, "vinn")
    assert not world.try_start("first").success
    assert world.say_grasped().success
    world.wait_for_step()
    assert world.say("success").success
    state = world.wait_for_trial(TrialState.SUCCEEDED)
    assert state.door_opened
    assert state.handle_grasped
    assert world.rests()
    (trial,) = world.summary("first")["trials"]
    assert trial["steps"] >= 1
    assert trial["lateral_offset_m"] == round(answer.start_offset_m, 4)
    bag = (world.output / "first" / trial["bag"]).resolve()
    world.ros.wait_for((bag / "metadata.yaml").exists, "the bag to be closed")
    with Reader(bag) as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
    assert counts["/command"] >= 1
    assert counts["/image_raw"] >= 1


def test_abort_stops_the_robot_and_its_seed_comes_again(world):
    assert world.start("second").success
    world.wait_for_step()
    assert world.say("abort").success
    world.wait_for_trial(TrialState.ABORTED)
    assert world.rests()
    assert "nothing to pause: motion is not enabled" in world.trigger("pause").message
    world.start("second")
    world.wait_for_step()
    assert world.say("failure").success
    assert world.rests()
    summary = world.summary("second")
    assert [trial["seed"] for trial in summary["trials"]] == [0]
    assert [trial["seed"] for trial in summary["aborted_trials"]] == [0]
    assert summary["door_opened"] == {"k": 0, "n": 1, "low": 0.0, "high": 0.7935}


@pytest.mark.full
def test_an_episode_that_is_over_waits_for_the_verdict_and_then_no_longer(world):
    world.ros.set_parameter("trial_node", "max_steps", 1)
    world.ros.set_parameter("trial_node", "verdict_timeout_s", 0.3)
    try:
        world.start("third")
        state = world.wait_for_trial(TrialState.ABORTED)
        assert "no verdict within 0.3 s (1 of 1 steps are made)" in state.reason
        world.ros.set_parameter("trial_node", "verdict_timeout_s", 120.0)
        world.start("third")
        world.ros.wait_for(lambda: not world.trigger("end_episode").success, "the end of the episode")
        world.ros.spin_for(0.5)
        assert world.say("success").success
        assert world.wait_for_trial(TrialState.SUCCEEDED).number == 2
    finally:
        world.ros.set_parameter("trial_node", "verdict_timeout_s", 120.0)
        world.ros.set_parameter("trial_node", "max_steps", 1000)


def test_mistakes_are_told_and_count_as_nothing(world):
    for name in ("success", "failure", "abort"):
        answer = world.say(name)
        assert not answer.success
        assert "no trial is under way" in answer.message
    assert "no trial is under way" in world.say_grasped().message
    answer = world.try_start("a/b")
    assert "expected letters, digits" in answer.message
    assert not (world.output / "a").exists()


@pytest.mark.full
def test_the_bridges_refusal_is_the_answer_and_no_trial(world):
    client = world.ask(max_steps=1000, go_to_start_pose=False)  # somebody else's episode
    world.ros.wait_for(lambda: world.feedback, "that episode")
    answer = world.try_start("fourth")
    assert not answer.success
    assert "the bridge refuses" in answer.message
    assert "under way" in answer.message
    client.cancel()
    assert world.outcome(client).ending == "canceled"
    assert not (world.output / "fourth" / "trials.json").exists()
    assert world.start("fourth").number == 1
    world.say("abort")


@pytest.mark.full
def test_a_silent_policy_is_told(world):
    world.policy.fault = "silent"
    world.ros.spin_for(6.0)
    assert "nothing heard on 'action' for 5 s" in world.try_start("fifth").message
    assert not (world.output / "fifth" / "trials.json").exists()


@pytest.mark.full
def test_a_robot_that_is_not_homed_is_no_failure_of_the_policy(world):
    world.ros.set_parameter("stretch_bridge", "episode_max_hold_s", 1.0)
    world.ros.set_parameter("stretch_standin", "fault.unhomed", True)
    world.ros.spin_for(0.5)
    try:
        world.answer_to_start("tenth")  # told at once, or when the robot has been held
        state = world.wait_for_trial(TrialState.ABORTED)
        assert "not homed" in state.reason
    finally:
        world.ros.call(Trigger, "/stretch_standin/clear_faults", Trigger.Request())


@pytest.mark.full
def test_a_bank_that_changes_ends_the_trial_and_does_not_mix_with_the_folder(world, monkeypatch):
    world.start("eighth")
    world.wait_for_step()
    made = world.policy.action

    def of_another_bank(header, distance):
        action = made(header, distance)
        action.bank_id = "another"
        return action

    monkeypatch.setattr(world.policy, "action", of_another_bank)
    state = world.wait_for_trial(TrialState.ABORTED)
    assert "the policy answers with bank 'another', and began with ''" in state.reason
    assert world.rests()
    answer = world.try_start("eighth")
    assert not answer.success
    assert "holds trials of bank '', and 'another' is to be tried" in answer.message
    assert world.start("ninth").number == 1
    world.say("abort")


def test_a_killed_node_stops_the_robot_and_its_trial_is_counted(world):
    """The last of the module: a killed node's services seem to be there for a while, and answer nothing."""
    world.start("sixth")
    world.wait_for_step()
    world.ros.processes["trial_node"].kill()
    world.ros.processes["trial_node"].wait()
    world.ros.wait_for(lambda: world.commands[-1].stopped, "the guard to stop the robot")
    assert world.rests()
    assert "motion is not enabled" in world.trigger("pause").message
    assert world.log("sixth")[-1]["state"] == "running"
    world.start_node()
    summary = world.summary("sixth")
    assert summary["aborted"] == 1
    assert "the trial node ended in the middle" in summary["aborted_trials"][0]["reason"]
    assert summary["trials"] == []
