"""What the bridge's episode interface does: one episode or one motion to the start pose at a time. No ROS."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vinn_ros.stretch_bridge.core import Stop
from vinn_ros.stretch_bridge.episode import Episode, Outcome, is_continuous
from vinn_ros.stretch_bridge.episode_plan import EpisodePlan, EpisodeRequest, plan_episode, plan_start
from vinn_ros.stretch_bridge.episode_settings import EpisodeSettings
from vinn_ros.stretch_bridge.start_motion import Robot, StartMotion
from vinn_ros.stretch_bridge.start_pose import StartPlace
from vinn_training.exceptions import InvalidInput

_NOT_ENABLED = "motion is not enabled; call ~/enable, or run an episode with ~/run_episode"


class Answer(NamedTuple):
    """A service's answer: whether it was done, and what happened."""

    success: bool
    message: str


class Episodes:
    """Begins, watches and ends them.

    Args:
        settings: Returns the settings in force.
        send_stop: Sends a stop to the driver.
    """

    def __init__(self, settings: Callable[[], EpisodeSettings], send_stop: Callable[[Stop], None]) -> None:
        self._settings = settings
        self._send_stop = send_stop
        self._place = StartPlace(settings().reach_m)
        self._place_of: Robot | None = None
        self._episode: Episode | None = None
        self._start: StartMotion | None = None
        self._start_answer: Answer | None = None
        self._disable_after_start = True

    @property
    def episode(self) -> Episode | None:
        """The episode under way, or the one that is over and not taken yet."""
        return self._episode

    @property
    def description(self) -> str:
        """What is under way, in a few words."""
        if self._episode is not None:
            return f"an episode: {self._episode.state}, {self._episode.steps} steps"
        return "a motion to the start pose" if self._start is not None else "none"

    def plan(self, request: EpisodeRequest, robot: Robot) -> EpisodePlan:
        """Return what a request comes to.

        Raises:
            InvalidInput: If it cannot be done, or not now.
        """
        self._check_free(robot)
        return plan_episode(request, self._settings(), self._place_for(robot), robot)

    def begin(self, plan: EpisodePlan, robot: Robot, now_s: float) -> None:
        """Begin an episode; it allows motion."""
        start = None if plan.stages is None else self._start_motion(robot, plan.stages, now_s)
        self._episode = Episode(robot, plan.limits, start, now_s)

    def take_ended(self) -> Episode | None:
        """Return the episode that is over, once."""
        episode = self._episode
        if episode is None or episode.end is None:
            return None
        self._episode = None
        return episode

    def begin_start(self, robot: Robot, now_s: float) -> None:
        """Begin to go to the start pose, without an offset and without an episode after it.

        Raises:
            InvalidInput: If that cannot be done, or not now.
        """
        self._check_free(robot)
        stages = plan_start(self._settings().start_pose, 0.0, self._place_for(robot), robot)
        self._disable_after_start = robot.state == "disabled"
        robot.enable(now_s)
        self._start = self._start_motion(robot, stages, now_s)

    def take_start_answer(self) -> Answer | None:
        """Return how the motion to the start pose ended, once."""
        answer, self._start_answer = self._start_answer, None
        return answer

    def acted(self, robot: Robot, has_moved: bool) -> None:
        """Count what became of one action.

        Args:
            robot: The bridge's core, after it took the action.
            has_moved: Whether it answered with a motion. In continuous mode every action that it follows is a step.
        """
        if self._episode is not None and (has_moved or (is_continuous(robot) and robot.state == "moving")):
            self._episode.moved()

    def tick(self, robot: Robot, now_s: float) -> None:
        """Let what is under way go on; call after the core's tick."""
        if self._start is not None:
            self._start.tick(now_s)
            if self._start.state != "going":
                self._end_start(self._start, robot, now_s)
        if self._episode is not None:
            self._send(self._episode.tick(now_s))

    def finish(self, outcome: Outcome, reason: str, now_s: float) -> None:
        """End what is under way, and stop the robot."""
        if self._episode is not None:
            self._send(self._episode.finish(outcome, reason, now_s))
        if self._start is not None:
            self._start, self._start_answer = None, Answer(False, reason)

    def pause(self, robot: Robot, now_s: float) -> Answer:
        """Stop until `resume`."""
        if robot.state == "disabled":
            return Answer(False, f"nothing to pause: {_NOT_ENABLED}")
        if robot.state == "paused":
            return Answer(True, "it is paused already; ~/resume lets it go on")
        self._send(robot.pause("by ~/pause", now_s))
        return Answer(True, "paused; ~/resume lets it go on")

    def resume(self, robot: Robot, now_s: float) -> Answer:
        """Go on after a pause, or after a stop that waits for a person."""
        if robot.state == "disabled":
            return Answer(False, f"nothing to resume: {_NOT_ENABLED}")
        if robot.state == "paused":
            robot.resume(now_s)
            return Answer(True, "resumed; the next good action moves the robot")
        if robot.state == "holding":
            reason = robot.reason
            robot.enable(now_s)
            return Answer(True, f"it was stopped ({reason}); the next good action moves it")
        return Answer(True, f"nothing to resume: the robot is {robot.state}")

    def stop(self, robot: Robot, now_s: float) -> Answer:
        """Stop, end what is under way, and forbid motion."""
        under_way = self.description
        was_disabled = robot.state == "disabled"
        self.finish("aborted", "stopped by ~/stop", now_s)
        if robot.state != "disabled" or was_disabled:
            self._send(robot.disable("stopped by ~/stop", now_s))
        if under_way != "none":
            return Answer(True, f"stopped {under_way}; motion is disabled")
        return Answer(True, "motion was disabled already" if was_disabled else "stopped; motion is disabled")

    def end_episode(self, now_s: float) -> Answer:
        """End the episode as carried out: whoever watches the task says that it is over."""
        if self._episode is None or self._episode.end is not None:
            return Answer(False, "no episode is under way")
        self.finish("succeeded", "the task is over, says ~/end_episode", now_s)
        return Answer(True, f"the episode is over after {self._episode.steps} steps; motion is disabled")

    def set_start_place(self, robot: Robot) -> Answer:
        """Take where the base is as the place that start poses refer to."""
        if self._episode is not None or self._start is not None:
            return Answer(False, f"{self.description} is under way; wait for its end")
        self._place_for(robot).set_here(robot.base_position_m)
        return Answer(True, "episodes start from where the base is now")

    def _check_free(self, robot: Robot) -> None:
        if self._episode is not None or self._start is not None:
            raise InvalidInput(f"{self.description} is under way; cancel it or wait for its end")
        if robot.state == "paused":
            raise InvalidInput(f"a person paused the robot ({robot.reason}); call ~/resume first")

    def _place_for(self, robot: Robot) -> StartPlace:
        if robot is not self._place_of:  # a bridge that is configured anew counts the base's way anew
            self._place, self._place_of = StartPlace(self._settings().reach_m), robot
        self._place.reach_m = self._settings().reach_m
        return self._place

    def _start_motion(self, robot: Robot, stages: list[dict[str, float]], now_s: float) -> StartMotion:
        return StartMotion(robot, stages, self._settings().max_hold_s, now_s)

    def _end_start(self, start: StartMotion, robot: Robot, now_s: float) -> None:
        # A robot that was allowed to move before may go on; another has done what it was asked for.
        if self._disable_after_start and robot.state != "disabled":
            self._send(robot.disable("the motion to the start pose is over", now_s))
        reached = start.state == "reached"
        message = "the robot is in the start pose" if reached else f"the start pose was not reached: {start.problem}"
        self._start, self._start_answer = None, Answer(reached, message)

    def _send(self, stop: Stop | None) -> None:
        if stop is not None:
            self._send_stop(stop)
