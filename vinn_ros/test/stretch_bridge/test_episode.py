import pytest
from fake_robot import FakeRobot

from vinn_ros.stretch_bridge.core import BridgeConfig
from vinn_ros.stretch_bridge.episode import Episode, EpisodeLimits
from vinn_ros.stretch_bridge.start_motion import StartMotion
from vinn_training.kinematics import joints

LIMITS = EpisodeLimits(max_steps=3, max_time_s=60.0, max_hold_s=5.0)
DT_S = 0.02


class Run:
    """An episode over a pretended robot, in ticks of 20 ms."""

    def __init__(self, limits=LIMITS, start_stages=None):
        self.robot = FakeRobot()
        self.now_s = 10.0
        start = None
        if start_stages is not None:
            start = StartMotion(self.robot, start_stages, patience_s=5.0, now_s=self.now_s)
        self.episode = Episode(self.robot, limits, start, self.now_s)
        self.stops = []

    def run(self, duration_s):
        for _ in range(round(duration_s / DT_S)):
            self.now_s += DT_S
            stop = self.episode.tick(self.now_s)
            if stop is not None:
                self.stops.append(stop)
        return self

    def step(self):
        """One motion, begun and over."""
        self.robot.state = "moving"
        self.episode.moved()
        self.run(0.1)
        self.robot.state = "ready"
        return self.run(DT_S)

    def ended(self, outcome, reason):
        end = self.episode.end
        assert end is not None, "it has not ended"
        assert end.outcome == outcome
        assert reason in end.reason
        assert self.robot.state == "disabled"
        assert end.reason in self.robot.reason or reason in self.robot.reason
        return True


def test_it_allows_motion_and_ends_when_the_last_step_is_over():
    run = Run()
    assert (run.episode.state, run.robot.state) == ("held", "holding")
    run.step().step()
    assert run.episode.state == "running"
    run.robot.state = "moving"
    run.episode.moved()
    run.run(2.0)
    assert run.episode.end is None, "the third motion must not be cut short"
    assert run.episode.steps == 3
    run.robot.state = "ready"
    run.run(0.2)
    assert run.ended("succeeded", "3 of 3 steps")
    assert len(run.stops) == 1
    run.episode.moved()
    assert run.episode.steps == 3, "what comes after the end does not count"


def test_time_ends_it_and_begins_with_the_run():
    run = Run(EpisodeLimits(100, 2.0, 5.0), [{joints.LIFT: 0.6}])
    run.run(30.0)  # the way to the start pose has its own limits
    assert run.episode.state == "to start pose"
    assert run.episode.time_s == 0.0
    run.robot.pose_state = "reached"
    run.run(DT_S)
    run.robot.state = "ready"
    run.run(1.9)
    assert run.episode.end is None
    run.run(0.2)
    assert run.ended("succeeded", "2 s")
    assert run.episode.time_s == pytest.approx(2.0, abs=2 * DT_S)


def test_a_hold_that_lasts_ends_it_with_what_held_the_robot():
    run = Run()
    run.robot.reason = "policy holds: unfamiliar image"
    run.run(4.9)
    run.step()  # it went on in time
    run.robot.state, run.robot.reason = "holding", "policy holds: unfamiliar image"
    run.run(4.9)
    assert run.episode.end is None
    assert run.episode.state == "held"
    run.run(0.2)
    assert run.ended("aborted", "held for 5 s: policy holds: unfamiliar image")


def test_a_pause_takes_no_time_and_holds_nothing_against_it():
    run = Run().step()
    before_s = run.episode.time_s
    run.robot.pause("a person", run.now_s)
    run.run(100.0)
    assert run.episode.state == "paused"
    assert run.episode.time_s == before_s
    run.robot.resume(run.now_s)
    run.step()
    assert run.episode.state == "running"
    assert run.episode.steps == 2


def test_motion_that_is_forbidden_ends_it():
    run = Run().step()
    run.robot.disable("disabled by ~/enable", run.now_s)
    run.run(DT_S)
    assert run.ended("aborted", "disabled by ~/enable")
    assert run.stops == [], "whoever forbade it has stopped the robot"


@pytest.mark.parametrize("outcome", ["canceled", "aborted", "succeeded"])
def test_it_can_be_ended_from_outside_once(outcome):
    run = Run().step()
    stop = run.episode.finish(outcome, "somebody said so", run.now_s)
    assert stop is not None
    assert "somebody said so" in stop.reason
    assert run.ended(outcome, "somebody said so")
    assert run.episode.finish("aborted", "too late", run.now_s) is None
    run.run(10.0)
    assert run.stops == []
    assert run.ended(outcome, "somebody said so")


def test_from_the_start_pose_to_the_run():
    run = Run(start_stages=[{joints.LIFT: 0.6}, {joints.EXTENSION: 0.1}])
    run.run(0.1)
    run.robot.pose_state = "reached"
    run.run(0.1)
    assert run.robot.poses == [{joints.LIFT: 0.6}, {joints.EXTENSION: 0.1}]
    assert run.episode.state == "to start pose"
    run.robot.pose_state = "reached"
    run.run(0.1)
    assert run.episode.state == "held"  # until the first action
    run.step()
    assert run.episode.state == "running"


def test_a_start_pose_that_fails_ends_it():
    run = Run(start_stages=[{joints.LIFT: 0.6}])
    run.run(0.1)
    run.robot.pose_state, run.robot.pose_problem = "failed", "joint_lift is stuck"
    run.run(0.1)
    assert run.ended("aborted", "start pose was not reached: joint_lift is stuck")


def test_in_continuous_mode_the_last_step_has_no_end_to_wait_for():
    run = Run()
    run.robot.config = BridgeConfig(mode="continuous")
    run.robot.state = "moving"
    for _ in range(3):
        run.episode.moved()
        assert run.episode.end is None
    run.run(DT_S)
    assert run.ended("succeeded", "3 of 3 steps")


def test_a_cancel_on_the_way_to_the_start_pose_ends_the_pose_too():
    run = Run(start_stages=[{joints.LIFT: 0.6}])
    run.run(0.1)
    assert run.episode.finish("canceled", "the client canceled it", run.now_s) is not None
    assert run.robot.pose_state == "failed"
    assert run.ended("canceled", "the client")


def test_a_clock_that_jumps_back_takes_no_time_away():
    run = Run().step()
    before_s = run.episode.time_s
    run.now_s -= 50.0
    run.step()
    assert before_s <= run.episode.time_s < before_s + 1.0
