"""When commands of a stream are due, and what the base gets of them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vinn_ros.stretch_bridge.command_stream import CommandStream
from vinn_ros.stretch_bridge.commands import BASE_STANDS_M, Move, Refusal
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_training.contracts import JointTargets
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_step import ControllerStep

ZERO = (0.0, 0.0, 0.0)


def step_to(base_translate_m: float) -> ControllerStep:
    targets = JointTargets(0.6, 0.1, 0.0, 0.0, 0.0, 0.05, base_translate_m)
    return ControllerStep(targets, True, 0.0, ZERO, ZERO, (), "")


@pytest.fixture
def watch() -> InputWatch:
    watch = InputWatch(MotionTolerances())
    watch.odometry(0.0, 0.0, 0.0, 0.0)
    return watch


def base_of(command: Move | Refusal) -> float:
    assert isinstance(command, Move)
    return command.values[joints.BASE]


def test_commands_are_due_by_the_time_that_passed(watch):
    stream = CommandStream(watch)
    stream.start(0.0)
    assert stream.due_s(0.04, 0.0) == 0.04
    stream.command(step_to(0.0), 0.04, 0.0)
    assert stream.due_s(0.04, 0.02) is None
    assert stream.due_s(0.04, 0.039) == pytest.approx(0.039)  # a clock that ticks a little early
    assert stream.due_s(0.04, 0.06) == pytest.approx(0.06)
    assert stream.due_s(0.04, 5.0) == 0.1  # the machine stood still: no leap
    assert stream.due_s(0.3, 5.0) == 0.3


def test_the_answer_to_a_new_picture_comes_at_once_and_the_mean_rate_stays(watch):
    stream = CommandStream(watch)
    stream.start(0.0)
    sent_s = []
    for tick in range(1000):  # answers at 30 Hz, ticks of 10 ms
        now_s = 0.01 * tick
        if tick % 10 in (0, 3, 7):
            waited = stream.due_s(0.04, now_s, is_answer=True)
            if waited is not None:
                stream.command(step_to(0.0), waited, now_s)
                sent_s.append(now_s)
        elif (waited := stream.due_s(0.04, now_s)) is not None:
            stream.command(step_to(0.0), waited, now_s)
            sent_s.append(now_s)
    answered = {round(100 * time_s) for time_s in sent_s}
    assert sum(tick in answered for tick in range(1000) if tick % 10 in (0, 3, 7)) > 240  # of 300; 50 without
    assert 240 <= len(sent_s) <= 313  # one a period; the slack of a clock that ticks early makes it a little more
    assert min(b - a for a, b in pairwise(sent_s)) > 0.0099
    # A driver that wants a quarter of a second between two goals gets it.
    stream.start(10.0)
    assert stream.due_s(0.25, 10.0, is_answer=True) == 0.25
    stream.command(step_to(0.0), 0.25, 10.0)
    assert stream.due_s(0.25, 10.1, is_answer=True) is None


def test_what_the_base_did_not_do_is_made_up_for_in_parts(watch):
    stream = CommandStream(watch)
    stream.start(0.0)
    assert base_of(stream.command(step_to(0.002), 0.05, 0.05)) == pytest.approx(0.002)
    # It was sent 2 mm and did nothing yet; 2 mm are new, and of the 2 mm behind it gets a fifth.
    assert base_of(stream.command(step_to(0.004), 0.05, 0.1)) == pytest.approx(0.002 + 0.2 * 0.002)
    watch.odometry(0.004, 0.0, 0.0, 0.12)
    assert base_of(stream.command(step_to(0.0), 0.05, 0.15)) == BASE_STANDS_M
    assert stream.goals[joints.BASE] == pytest.approx(0.004)


def test_a_base_that_stands_is_pushed_once_and_given_time(watch):
    stream = CommandStream(watch)
    stream.start(0.0)
    base_of(stream.command(step_to(0.012), 0.04, 0.1))
    assert base_of(stream.command(step_to(0.012), 0.04, 0.35)) == pytest.approx(0.012)
    assert base_of(stream.command(step_to(0.012), 0.04, 0.4)) == 0.0  # its motion is left alone
    watch.odometry(0.004, 0.0, 0.0, 0.45)
    assert 0.0 < base_of(stream.command(step_to(0.008), 0.04, 0.5)) < 0.004


def test_a_base_that_never_answers_is_sent_no_farther(watch):
    stream = CommandStream(watch)
    stream.start(0.0)
    sent_m, now_s = 0.0, 0.0
    while now_s < 10.0:
        now_s += 0.04
        command = stream.command(step_to(0.05 * now_s), 0.04, now_s)
        if isinstance(command, Refusal):
            break
        sent_m += command.values[joints.BASE]
    assert "odometry shows no motion" in command.reason
    assert sent_m < 0.06


def test_a_refusal_of_the_controller_is_passed_on(watch):
    stream = CommandStream(watch)
    stream.start(0.0)
    step = ControllerStep(None, False, 0.0, ZERO, ZERO, (), "fingers and base_link would meet")
    refusal = stream.command(step, 0.04, 0.0)
    assert refusal == Refusal("fingers and base_link would meet", step)
    assert stream.due_s(0.04, 0.0) is not None  # nothing was sent
