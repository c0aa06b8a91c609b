"""One episode from its goal to its end, as a state machine: to the start pose, running, over. No ROS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vinn_ros.stretch_bridge.core import Stop
from vinn_ros.stretch_bridge.start_motion import Robot, StartMotion

EpisodeState = Literal["to start pose", "running", "held", "paused", "over"]
Outcome = Literal["succeeded", "aborted", "canceled"]

#: Begins the reason of the stop at an episode's end.
OVER = "the episode is over"


@dataclass(frozen=True)
class EpisodeLimits:
    """When an episode ends by itself.

    Attributes:
        max_steps: After this many motions, when the last is over.
        max_time_s: After this long, pauses left out.
        max_hold_s: When the robot was not allowed to move for this long (the policy holds, a stop lasts).
    """

    max_steps: int
    max_time_s: float
    max_hold_s: float


@dataclass(frozen=True)
class EpisodeEnd:
    """How an episode ended.

    Attributes:
        outcome: succeeded: carried out as asked, whatever became of the task; aborted: something kept it from that;
            canceled: the client asked.
        reason: Why.
    """

    outcome: Outcome
    reason: str


class Episode:
    """Allows motion, counts what the policy makes of it, and forbids it again at the end.

    The bridge's core stays in charge of every motion and stop; an episode only begins and ends. Feed it every motion
    (`moved`) and call `tick` after the core's own.

    Args:
        robot: The bridge's core.
        limits: When it ends.
        start: The way to the start pose, or None to run from where the robot is.
        now_s: Time of the beginning.
    """

    def __init__(self, robot: Robot, limits: EpisodeLimits, start: StartMotion | None, now_s: float) -> None:
        self._robot = robot
        self._limits = limits
        self._start = start
        self._now_s = now_s
        self._held_s = 0.0
        self.steps = 0
        self.time_s = 0.0
        self.end: EpisodeEnd | None = None
        robot.enable(now_s)

    @property
    def state(self) -> EpisodeState:
        """Where it is; held means running while the core lets nothing move."""
        if self.end is not None:
            return "over"
        if self._robot.state == "paused":
            return "paused"
        if self._start is not None:
            return "to start pose"
        return "running" if self._robot.state in ("ready", "moving") else "held"

    @property
    def reason(self) -> str:
        """Why nothing moves, or why it ended; empty otherwise."""
        return self.end.reason if self.end is not None else self._robot.reason

    def moved(self) -> None:
        """Count a motion that the policy led to."""
        if self.end is None:
            self.steps += 1

    def tick(self, now_s: float) -> Stop | None:
        """Let time pass; return the stop to send where the episode ends now."""
        elapsed_s, self._now_s = max(0.0, now_s - self._now_s), now_s
        if self.end is not None:
            return None
        if self._start is not None:
            return self._go_to_start(self._start, now_s)
        if self._robot.state == "paused":
            return None
        self.time_s += elapsed_s
        self._held_s = self._held_s + elapsed_s if self._robot.state == "holding" else 0.0
        end = self._due()
        return None if end is None else self._finish(end, now_s)

    def finish(self, outcome: Outcome, reason: str, now_s: float) -> Stop | None:
        """End it now, for the reason given; return the stop to send, if it was not over."""
        return None if self.end is not None else self._finish(EpisodeEnd(outcome, reason), now_s)

    def _go_to_start(self, start: StartMotion, now_s: float) -> Stop | None:
        start.tick(now_s)
        if start.state == "failed":
            return self._finish(EpisodeEnd("aborted", f"the start pose was not reached: {start.problem}"), now_s)
        if start.state == "reached":
            self._start = None
        return None

    def _due(self) -> EpisodeEnd | None:
        limits, robot = self._limits, self._robot
        if robot.state == "disabled":
            return EpisodeEnd("aborted", robot.reason or "motion was forbidden")
        if self.steps >= limits.max_steps and (robot.state != "moving" or is_continuous(robot)):
            return EpisodeEnd("succeeded", f"{self.steps} of {limits.max_steps} steps are made")
        if self.time_s >= limits.max_time_s:
            return EpisodeEnd("succeeded", f"{limits.max_time_s:g} s have passed")
        if self._held_s >= limits.max_hold_s:
            return EpisodeEnd("aborted", f"the robot was held for {limits.max_hold_s:g} s: {robot.reason}")
        return None

    def _finish(self, end: EpisodeEnd, now_s: float) -> Stop | None:
        self.end = end
        if self._robot.state == "disabled":
            return None
        return self._robot.disable(f"{OVER}: {end.reason}", now_s)


def is_continuous(robot: Robot) -> bool:
    """Return whether motions have no end of their own: every action that is followed counts as a step."""
    return robot.config.mode == "continuous"
