"""When the robot moves and when it stops. No ROS: plain values and a clock in, commands out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from vinn_ros.stretch_bridge.commands import Controller, Move, Refusal, Stop
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.driver_needs import STREAMING_NEEDS, DriverNeeds
from vinn_ros.stretch_bridge.driver_side import DriverSide
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.pose_motion import PoseMotion, PoseState
from vinn_ros.stretch_bridge.step_motion import StepMotion
from vinn_ros.stretch_bridge.stream_motion import StreamMotion
from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_step import ControllerStep

__all__ = ["BridgeConfig", "BridgeCore", "Move", "PoseState", "State", "Stop"]

State = Literal["disabled", "paused", "holding", "ready", "moving"]


class BridgeCore(DriverSide):
    """Acts on the policy's actions, or goes to a pose, while everything is as it must be; stops otherwise.

    Args:
        controller: From camera translations and poses to joint targets.
        config: Deadlines and sizes; may be replaced at any time.
        needs: What the way of sending motions needs of the driver.
        may_set_up: Whether the bridge may call the driver's services to get it.
    """

    def __init__(
        self,
        controller: Controller,
        config: BridgeConfig,
        needs: DriverNeeds = STREAMING_NEEDS,
        may_set_up: bool = True,
    ) -> None:
        super().__init__(InputWatch(config.tolerances, needs, may_set_up))
        self.config = config
        self._controller = controller
        self._step = StepMotion(controller, self._watch)
        self._stream = StreamMotion(controller, self._watch)
        self._pose = PoseMotion(controller, self._watch)
        self._state: State = "disabled"
        self._reason = "not enabled"
        self._may_resume = False
        self._is_fresh = True
        self._finger_rad: float | None = None
        self._still_since_s = -math.inf
        self.last_motion_end = ""

    @property
    def state(self) -> State:
        """Whether and why the robot moves.

        disabled: not allowed to; paused: stopped by a person until `resume`; holding: stopped; ready: waits for an
        action; moving: on its way.
        """
        return self._state

    @property
    def reason(self) -> str:
        """Why the robot does not move, empty while ready or moving."""
        return self._reason

    @property
    def pose_state(self) -> PoseState:
        """How the pose begun last stands."""
        return self._pose.state

    @property
    def pose_problem(self) -> str:
        """Why the pose failed, empty otherwise."""
        return self._pose.problem

    def enable(self, now_s: float) -> None:
        """Allow motion; it begins with the next good action.

        No effect on a robot that may move already, nor on one that a person paused: that takes `resume`.
        """
        if self._state in ("ready", "moving", "paused"):
            return
        if self._state == "disabled":
            self._is_fresh, self._finger_rad = True, None
        self._allow("enabled; waiting for an action", now_s)

    def disable(self, reason: str, now_s: float) -> Stop:
        """Forbid motion and stop."""
        stop = Stop(reason, self._hold_values(), announce_only=self._state == "disabled")
        self._end_motions(reason)
        self._state, self._reason = "disabled", reason
        return stop

    def pause(self, reason: str, now_s: float) -> Stop | None:
        """Stop until a person resumes, whatever `auto_resume` says; no effect on a robot that may not move anyway."""
        if self._state in ("disabled", "paused"):
            return None
        text = f"paused: {reason}; resume to go on"
        stop = Stop(text, self._hold_values(), announce_only=self._state == "holding")
        self._end_motions(text)
        self._state, self._reason, self._may_resume, self._still_since_s = "paused", text, False, now_s
        return stop

    def resume(self, now_s: float) -> None:
        """End a pause, or a stop that waits for a person; motion begins with the next good action."""
        if self._state == "paused" or (self._state == "holding" and not self._may_resume):
            self._allow("resumed; waiting for an action", now_s)

    def begin_pose(self, targets: Mapping[str, float], now_s: float) -> str | None:
        """Begin to move the joints to a pose, instead of following the policy; `tick` returns the commands.

        Args:
            targets: By the names of `kinematics.joints` (the head's excepted), in metres and radians;
                `joints.BASE` is a way from where the base is. Joints that are not named stay.
            now_s: Now.

        Returns:
            Why the pose is refused, or None. At its end `pose_state` says how it went, and the next action starts
            from where the robot is then.
        """
        if self._state in ("disabled", "paused"):
            return f"the bridge is {self._state}: {self._reason}"
        if self._state == "holding" and not self._may_resume:
            return f"the bridge is stopped: {self._reason}"
        problem = self._watch.driver_problem(self.config, now_s)
        if problem is None:
            problem = self._pose.begin(targets, self._is_fresh, self._finger_rad, now_s)
        if problem is None:
            self._step.cancel()
            self._stream.stop()
            self._state, self._reason = "moving", ""
        return problem

    def cancel_pose(self, now_s: float) -> Stop | None:
        """Stop a pose that is under way; a person must resume or enable then. No effect without one."""
        return self._fail_pose("the pose was cancelled", now_s) if self._pose.is_going else None

    def action(self, action: ActionInput, now_s: float) -> Move | Stop | None:
        """Take an action; return what to send for it, if anything."""
        problem = self._watch.action(action, self.config, now_s)
        if self._state in ("disabled", "paused") or self._pose.is_going:
            return None
        if problem is not None:
            return self._stop(problem, now_s)
        if self._stream.is_on:
            self._stream.take(action, self._watch.image_s)
            return self._go_on_with_stream(now_s, is_answer=True)
        if self._state == "moving" or (self._state == "holding" and not self._may_resume):
            return None
        # A picture from before the end of the motion shows where the robot no longer is.
        is_holding = self._state == "holding"
        resting_since_s = max(self._still_since_s, self._watch.rest.moved_s if is_holding else -math.inf)
        if self._watch.image_s <= resting_since_s:
            if is_holding:
                self._reason = "waiting for an image taken after the robot came to rest"
            return None
        return self._begin(action, now_s)

    def tick(self, now_s: float) -> Move | Stop | None:
        """Check deadlines and go on with the motion in progress; call some tens of times a second."""
        if self._state == "disabled":
            return None
        is_pose = self._pose.is_going
        check = self._watch.driver_problem if is_pose else self._watch.problem
        problem = check(self.config, now_s)
        self._watch.begin_setup_of_lost_driver(self.config, now_s)
        if self._state == "paused":
            return None
        if problem is not None:
            return self._fail_pose(problem, now_s) if is_pose else self._stop(problem, now_s)
        if is_pose:
            return self._go_on_with_pose(now_s)
        if self._stream.is_on:
            return self._go_on_with_stream(now_s)
        end = self._step.end()
        if end is not None:
            self.last_motion_end = end
            self._state, self._still_since_s = "ready", now_s
        return None

    def _allow(self, reason: str, now_s: float) -> None:
        self._watch.start_over(now_s)
        self._state, self._reason, self._may_resume, self._still_since_s = "holding", reason, True, now_s

    def _begin(self, action: ActionInput, now_s: float) -> Move | Stop | None:
        """Begin to follow the policy, by a step or continuously."""
        watch = self._watch
        try:
            if self._is_fresh:
                self._controller.reset(watch.joints, watch.base_m, gripper_rad=self._finger_rad)
                self._is_fresh = False
            elif self._state == "holding":
                self._controller.hold(watch.joints, watch.base_m)
        except KinematicsError as error:
            return self._stop(str(error), now_s)
        if self.config.mode == "continuous":
            self._stream.start(now_s)
            self._stream.take(action, watch.image_s)
            return self._go_on_with_stream(now_s)
        return self._done(self._step.begin(action, self.config, now_s), now_s)

    def _go_on_with_stream(self, now_s: float, is_answer: bool = False) -> Move | Stop | None:
        if self.config.mode != "continuous":  # the last command is finished as a step would be
            self._step.wait_for(self._stream.stop(), self.config, now_s)
            return None
        return self._done(self._stream.next(self.config, now_s, is_answer), now_s)

    def _go_on_with_pose(self, now_s: float) -> Move | Stop | None:
        command = self._pose.next(self.config, now_s)
        if isinstance(command, Refusal):
            return self._fail_pose(command.reason, now_s, command.step)
        if self._pose.state == "reached":
            self.last_motion_end = "pose reached"
            self._is_fresh = True
            self._allow("pose reached; waiting for an action", now_s)
        return self._done(command, now_s)

    def _done(self, result: Move | Refusal | None, now_s: float) -> Move | Stop | None:
        """Note what is sent, or stop for what is refused."""
        if isinstance(result, Refusal):
            return self._stop(result.reason, now_s, result.step)
        if result is not None:
            self._finger_rad = result.values.get(joints.FINGER_LEFT)
            self._state, self._reason = "moving", ""
        return result

    def _fail_pose(self, problem: str, now_s: float, step: ControllerStep | None = None) -> Stop | None:
        self._pose.fail(problem)
        self._is_fresh = True
        return self._stop(problem, now_s, step, may_resume=False)

    def _stop(
        self, reason: str, now_s: float, step: ControllerStep | None = None, may_resume: bool = True
    ) -> Stop | None:
        """Stop a robot that may move; of one that is stopped, say only what is new."""
        was_moving = self._state in ("ready", "moving")
        if was_moving:
            self._may_resume = may_resume and self.config.auto_resume
            self._state, self._still_since_s = "holding", now_s
        self._end_motions(reason)
        if not self._may_resume:
            reason = f"{reason}; enable the bridge again to go on" if was_moving else self._reason
        if not was_moving and reason == self._reason:
            return None
        self._reason = reason
        return Stop(reason, self._hold_values(), announce_only=not was_moving, step=step)

    def _end_motions(self, reason: str) -> None:
        self._step.cancel()
        self._stream.stop()
        if self._pose.is_going:
            self._pose.fail(reason)
            self._is_fresh = True

    def _hold_values(self) -> dict[str, float] | None:
        """Return the measured positions as a command, with the gripper's own command."""
        return self._watch.hold_values(self._finger_rad)
