"""A pose of the joints that a person or a program asks for, reached in small checked steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from vinn_ros.stretch_bridge.command_stream import CommandStream
from vinn_ros.stretch_bridge.commands import Controller, Move, PlannedMotion, Refusal
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.motion import MotionMonitor
from vinn_training.exceptions import VinnError

PoseState = Literal["none", "going", "reached", "failed"]

#: No joint moved for this long although its command is elsewhere: something is in the way.
_STUCK_S = 2.0


class PoseMotion:
    """Sends the joints to a pose, and says how that stands.

    Args:
        controller: Plans and checks the motion.
        watch: What is measured.

    Attributes:
        state: Of the pose begun last.
        problem: Why it failed, empty otherwise.
    """

    def __init__(self, controller: Controller, watch: InputWatch) -> None:
        self.state: PoseState = "none"
        self.problem = ""
        self._controller = controller
        self._watch = watch
        self._stream = CommandStream(watch)
        self._plan: PlannedMotion | None = None
        self._monitor: MotionMonitor | None = None
        self._begin_s = 0.0

    @property
    def is_going(self) -> bool:
        """Whether it moves the robot."""
        return self.state == "going"

    def begin(self, targets: Mapping[str, float], is_fresh: bool, finger_rad: float | None, now_s: float) -> str | None:
        """Begin a pose; return why not, or None.

        Args:
            targets: By joint name, metres and radians; the base's is a way from where it is.
            is_fresh: Whether the controller must begin from where the robot is.
            finger_rad: The gripper's present command; None for the measured angle.
            now_s: Now.
        """
        watch, controller = self._watch, self._controller
        try:
            if is_fresh:
                controller.reset(watch.joints, watch.base_m, gripper_rad=finger_rad)
            self._plan = controller.plan_pose(targets, watch.joints, watch.base_m, finger_rad)
        except VinnError as error:
            return str(error)
        self._stream.start(now_s)
        self._monitor, self._begin_s = None, now_s
        self.state, self.problem = "going", ""
        return None

    def fail(self, problem: str) -> None:
        """End it short of the pose."""
        if self.is_going:
            self.state, self.problem = "failed", problem

    def next(self, config: BridgeConfig, now_s: float) -> Move | Refusal | None:
        """Return the command that is due, why there must be none more, or None; sets `state` at the end."""
        assert self._plan is not None
        watch = self._watch
        if self._monitor is not None:
            end = self._monitor.end(watch.measured(), watch.rest.moved_s, watch.joints_s)
            if end == "reached":
                self.state = "reached"
                return None
            if end == "settled" and self._stream.is_pushing(now_s):
                end = None  # a base that stands short of its aim is given what is left of its way
            if end is not None:
                return Refusal(f"the pose is not reached ({end}): {self._monitor.shortfall(watch.measured())}")
        elif now_s - max(self._begin_s, watch.rest.moved_s) > _STUCK_S:
            # A slow motion may look like none, but is never far behind its commands.
            short = MotionMonitor(self._stream.goals, now_s, config.tolerances).shortfall(watch.measured())
            if short:
                return Refusal(f"no joint has moved for {_STUCK_S:g} s on the way to the pose: {short} of the command")
        duration_s = self._stream.due_s(config.command_period_s, now_s)
        if duration_s is None:
            return None
        step = self._plan.advance(duration_s, watch.joints, watch.base_m)
        command = self._stream.command(step, duration_s, now_s)
        if isinstance(command, Move) and self._plan.is_sent and self._monitor is None:
            self._monitor = MotionMonitor(self._plan.goals, now_s, config.tolerances)
        return command
