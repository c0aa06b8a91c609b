"""What ends a trial, and as what."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from records import a_record

from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.trial_node.core import POLICYS_FAULTS, EpisodeEnd, TrialMachine, check_same, folder_name
from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import controller

CARRIED_OUT = EpisodeEnd("succeeded", "20 of 20 steps are made", 20)


def running(judge="operator", now_s=100.0):
    machine = TrialMachine(judge, door_open_deg=30.0, verdict_timeout_s=60.0)
    machine.begin(a_record(judge=judge), now_s)
    return machine


@pytest.mark.parametrize(("success", "state"), [(True, "succeeded"), (False, "failed")])
def test_the_operators_word_ends_it_while_the_robot_moves_and_after(success, state):
    machine = running()
    machine.stepped(4)
    record = machine.verdict(success, 112.5)
    assert (record.state, record.door_opened, record.steps, record.duration_s) == (state, success, 4, 12.5)
    assert machine.phase == "idle"
    machine = running()
    assert machine.episode_ended(CARRIED_OUT, 120.0) is None
    assert machine.phase == "waiting"
    record = machine.verdict(success, 130.0)
    assert (record.state, record.steps) == (state, 20)
    assert "20 of 20 steps" in record.reason


@pytest.mark.parametrize(
    ("said", "success", "grasped"),
    [(None, True, True), (False, True, False), (True, False, True), (None, False, False)],
)
def test_who_opens_the_door_grasped_its_handle_unless_the_operator_says_otherwise(said, success, grasped):
    machine = running()
    if said is not None:
        machine.grasped(said)
    assert machine.verdict(success, 101.0).handle_grasped is grasped


def test_without_a_verdict_in_time_it_is_aborted():
    machine = running()
    assert machine.tick(1e6) is None  # the episode has its own limit
    machine.episode_ended(CARRIED_OUT, 200.0)
    assert machine.tick(259.9) is None
    record = machine.tick(260.0)
    assert record.state == "aborted"
    assert record.reason == "no verdict within 60 s (20 of 20 steps are made)"
    assert machine.tick(261.0) is None


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (EpisodeEnd("refused", "the bridge is not active"), "refused"),
        (EpisodeEnd("lost", "nothing heard", 3), "aborted"),
        (EpisodeEnd("canceled", "the client canceled it", 3), "aborted"),
        (EpisodeEnd("aborted", "the start pose was not reached: in the way"), "aborted"),
        # For the operator to judge: the robot was in the middle of the task, or the policy would not move it.
        (EpisodeEnd("aborted", "contact: the arm's effort is 80", 3), None),
        (EpisodeEnd("aborted", "the robot was held for 10 s: policy holds: unfamiliar image"), None),
        (CARRIED_OUT, None),
    ],
)
def test_how_the_episode_ends(end, state):
    record = running().episode_ended(end, 150.0)
    assert (record and record.state) == state
    if record:
        assert end.reason in record.reason


def test_the_policys_faults_are_told_by_the_words_of_the_bridge():
    holds, unsolved = POLICYS_FAULTS
    action = ActionInput(0.0, "camera", np.zeros(3), GripperState.OPEN, hold=True, hold_reason="far")
    assert action.problem("camera") == f"{holds}far"
    assert f'refused_step(f"{unsolved}{{' in inspect.getsource(controller)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (CARRIED_OUT, "failed"),
        (EpisodeEnd("aborted", "the robot was held for 10 s: policy holds: unfamiliar image"), "failed"),
        (EpisodeEnd("aborted", "the robot was held for 10 s: inverse kinematics failed: no solution", 9), "failed"),
        (EpisodeEnd("aborted", "nothing heard on /mode; is the Stretch driver running?", 9), "aborted"),
    ],
)
def test_the_simulator_judges_a_door_that_stayed_shut(end, state):
    machine = running("simulator")
    machine.saw(11.0, True, "kitchen", 101.0)
    machine.saw(4.0, False, "kitchen", 102.0)
    record = machine.episode_ended(end, 150.0)
    assert (record.state, record.handle_grasped, record.door_angle_deg) == (state, True, 11.0)
    assert record.scene == "kitchen"


def test_the_simulator_sees_the_door_open():
    machine = running("simulator")
    assert machine.saw(29.9, False, "kitchen", 101.0) is None
    assert machine.saw(float("nan"), False, "kitchen", 101.0) is None
    record = machine.saw(30.0, False, "kitchen", 102.0)
    assert (record.state, record.door_opened, record.handle_grasped) == ("succeeded", True, False)
    with pytest.raises(InvalidInput, match="the simulator judges"):
        running("simulator").verdict(True, 101.0)


def test_a_simulator_that_says_nothing_is_no_failed_policy():
    assert running("simulator").episode_ended(CARRIED_OUT, 150.0).state == "aborted"


def test_ground_truth_does_not_judge_for_the_operator():
    machine = running()
    assert machine.saw(90.0, True, "kitchen", 101.0) is None
    assert machine.record.door_angle_deg is None


def test_out_of_turn():
    machine = TrialMachine()
    for call in (
        lambda: machine.verdict(True, 0.0),
        lambda: machine.abort("enough", 0.0),
        lambda: machine.grasped(True),
    ):
        with pytest.raises(InvalidInput, match="no trial is under way"):
            call()
    assert machine.episode_ended(CARRIED_OUT, 0.0) is None
    machine.begin(a_record(4), 0.0)
    with pytest.raises(InvalidInput, match="trial 4 is under way; end it by"):
        machine.begin(a_record(5), 1.0)


def test_a_clock_that_runs_backwards_gives_no_negative_duration():
    assert running(now_s=100.0).abort("enough", 40.0).duration_s == 0.0


def test_a_note_is_kept_once():
    machine = running()
    for _ in range(2):
        machine.noted("the bag is cut short")
    machine.noted("and more")
    assert machine.abort("enough", 101.0).note == "the bag is cut short; and more"


@pytest.mark.parametrize("changed", [{"policy": "bc"}, {"bank_id": "b"}, {"encoder_id": "b"}])
def test_a_folder_is_for_one_policy(changed):
    values = {"policy": "vinn", "bank_id": "a", "encoder_id": "a"}
    records = [a_record(bank_id="a", encoder_id="a")]
    check_same(records, **values)
    with pytest.raises(InvalidInput, match="give another directory to the parameter output"):
        check_same(records, **{**values, **changed})


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "bags", "two words"])
def test_a_condition_that_names_no_folder_is_refused(name):
    with pytest.raises(InvalidInput, match="expected letters, digits"):
        folder_name(name)


def test_a_condition_may_be_what_vinn_trials_calls_it():
    assert folder_name("signs-one-bin") == "signs-one-bin"
