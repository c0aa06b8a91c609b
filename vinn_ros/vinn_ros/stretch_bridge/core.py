"""When the robot moves and when it stops. No ROS: plain values and a clock in, commands out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from vinn_ros.stretch_bridge.base_answer import BaseAnswer
from vinn_ros.stretch_bridge.driver_setup import DriverSetup, Service
from vinn_ros.stretch_bridge.frozen_camera import FrozenCamera
from vinn_ros.stretch_bridge.inputs import ActionInput, DriverStatus
from vinn_ros.stretch_bridge.motion import MotionMonitor, MotionTolerances, RestDetector
from vinn_ros.stretch_bridge.odometer import BaseOdometer
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME, GripperState
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_step import ControllerStep
from vinn_training.kinematics.driver_vector import BASE_ROTATE, command_values

State = Literal["disabled", "holding", "ready", "moving"]


class Controller(Protocol):
    """What the core needs of CartesianController."""

    @property
    def gripper_rad(self) -> float: ...

    def reset(self, joint_positions: Mapping[str, float], base_position_m: float) -> None: ...

    def hold(self, joint_positions: Mapping[str, float], base_position_m: float) -> None: ...

    def step(
        self,
        translation_camera_m: ArrayLike,
        gripper: GripperState,
        joint_positions: Mapping[str, float],
        base_position_m: float,
    ) -> ControllerStep: ...


@dataclass(frozen=True)
class BridgeConfig:
    """Deadlines and sizes.

    Attributes:
        step_length_m: Motion for an action of length 1.
        max_image_age_s: The newest action's image may be this old.
        max_action_age_s: The newest action may have arrived this long ago.
        max_joint_state_age_s: The same for joint states and odometry.
        max_status_age_s: The same for the driver's mode.
        auto_resume: Whether good input ends a stop; otherwise a person must enable again.
        camera_frame: Frame in which actions must be given.
        tolerances: When a motion is over.
        tool: The tool that the kinematics are for, as the driver names it; empty for any.
    """

    step_length_m: float = 0.05
    max_image_age_s: float = 0.5
    max_action_age_s: float = 0.5
    max_joint_state_age_s: float = 0.5
    max_status_age_s: float = 1.0
    auto_resume: bool = False
    camera_frame: str = WRIST_CAMERA_OPTICAL_FRAME
    tolerances: MotionTolerances = field(default_factory=MotionTolerances)
    tool: str = ""


@dataclass(frozen=True)
class Move:
    """One motion to send.

    Attributes:
        values: For the driver's vector, by joint name.
        step: How the controller came to it.
    """

    values: dict[str, float]
    step: ControllerStep


@dataclass(frozen=True)
class Stop:
    """Hold the robot where it is.

    Attributes:
        reason: Why.
        values: Measured positions for the driver's vector, or None where they are not known.
        announce_only: True if the robot was stopped before and only the reason is new: it must not be commanded,
            for somebody else may be moving it.
        step: The controller's refusal, where that is the reason.
    """

    reason: str
    values: dict[str, float] | None
    announce_only: bool
    step: ControllerStep | None = None


class BridgeCore:
    """One prediction, one motion, then wait until it is over and act on a picture taken after that.

    Args:
        controller: From camera translations to joint targets.
        config: Deadlines and sizes; may be replaced at any time.
    """

    def __init__(self, controller: Controller, config: BridgeConfig) -> None:
        self.config = config
        self.status = DriverStatus()
        self.setup = DriverSetup()
        self._controller = controller
        self._odometer = BaseOdometer()
        self._rest = RestDetector(config.tolerances)
        self._camera = FrozenCamera()
        self._base = BaseAnswer(config.tolerances.still_m)
        self._joints: dict[str, float] = {}
        self._joints_s = -math.inf
        self._odometry_s = -math.inf
        self._action_s = -math.inf
        self._image_s = -math.inf
        self._state: State = "disabled"
        self._reason = "not enabled"
        self._may_resume = False
        self._is_fresh = True
        self._monitor: MotionMonitor | None = None
        self._still_since_s = -math.inf
        self.last_motion_end = ""

    @property
    def state(self) -> State:
        """disabled: not allowed to move; holding: stopped; ready: waits for an action; moving: waits for its end."""
        return self._state

    @property
    def reason(self) -> str:
        """Why the robot does not move, empty while ready or moving."""
        return self._reason

    def joint_states(self, positions: Mapping[str, float], now_s: float) -> None:
        """Take joint states, by the driver's names; a message that lacks some joints updates the others.

        Raises:
            InvalidInput: If a position is not finite; the message is not used.
        """
        for name, value in positions.items():
            if not math.isfinite(value):
                raise InvalidInput(f"joint state of '{name}' is {value}; expected a finite number")
        self._joints.update(positions)
        self._joints_s = now_s
        self._rest.update(self._measured(), now_s)
        self._camera.update(self._measured(), now_s)

    def odometry(self, x_m: float, y_m: float, yaw_rad: float, now_s: float) -> None:
        """Take the base's pose in the odometry frame.

        Raises:
            InvalidInput: If it is not finite; it is not used.
        """
        self._base.seen(self._odometer.update(x_m, y_m, yaw_rad))
        self._odometry_s = now_s

    def begin_setup(self, now_s: float) -> None:
        """Bring the driver into streaming position mode, from now on."""
        self.setup.begin(now_s)

    def next_service(self, now_s: float) -> Service | None:
        """Return the driver's service to call now, if any."""
        return self.setup.next_call(self.status, now_s)

    def enable(self, now_s: float) -> None:
        """Allow motion; it begins with the next good action. No effect on a robot that may move already."""
        if self._state in ("ready", "moving"):
            return
        if not self.setup.is_done or self.status.problem() is not None:
            self.begin_setup(now_s)
        self._is_fresh = self._is_fresh or self._state == "disabled"
        self._state, self._reason, self._may_resume = "holding", "enabled; waiting for an action", True
        self._still_since_s = now_s
        self._base.reset()

    def disable(self, reason: str, now_s: float) -> Stop:
        """Forbid motion and stop."""
        was_disabled = self._state == "disabled"
        stop = Stop(reason, self._hold_values(), announce_only=was_disabled)
        self._state, self._reason, self._monitor = "disabled", reason, None
        return stop

    def action(self, action: ActionInput, now_s: float) -> Move | Stop | None:
        """Take an action; return what to send for it, if anything."""
        self._action_s = now_s
        self._image_s = now_s - action.image_age_s if math.isfinite(action.image_age_s) else -math.inf
        stale = self._problem(now_s)
        frozen = None
        if stale is None:
            frozen = self._camera.problem(action.fingerprint, self._image_s, self._measured())
        else:
            self._camera.reset()  # it is not known where the robot was when the picture was taken
        if self._state == "disabled":
            return None
        problem = action.problem(self.config.camera_frame) or stale or frozen
        if problem is not None:
            return self._stop(problem, now_s)
        if self._state == "moving" or (self._state == "holding" and not self._may_resume):
            return None
        # A picture from before the end of the motion shows where the robot no longer is.
        resting_since_s = max(self._still_since_s, self._rest.moved_s if self._state == "holding" else -math.inf)
        if self._image_s <= resting_since_s:
            if self._state == "holding":
                self._reason = "waiting for an image taken after the robot came to rest"
            return None
        return self._move(action, now_s)

    def tick(self, now_s: float) -> Stop | None:
        """Check deadlines and the motion in progress; call some tens of times a second."""
        if self._state == "disabled":
            return None
        problem = self._problem(now_s)
        if now_s - self._joints_s > self.config.max_joint_state_age_s and self.setup.is_done:
            # A driver that comes back has forgotten its activation, and what it said before is void.
            self.status = DriverStatus()
            self._base.reset()
            self.begin_setup(now_s)
        if problem is not None:
            return self._stop(problem, now_s)
        if self._monitor is not None and self._state == "moving":
            end = self._monitor.end(self._measured(), self._rest.moved_s, self._joints_s)
            if end is not None:
                remaining = self._monitor.remaining(self._measured())
                short = ", ".join(f"{name} {value:+.3f} short" for name, value in remaining.items())
                self.last_motion_end = f"{end}{f': {short}' if short else ''}"
                self._state, self._monitor, self._still_since_s = "ready", None, now_s
        return None

    def _measured(self) -> dict[str, float]:
        return {**self._joints, joints.BASE: self._odometer.position_m}

    def _problem(self, now_s: float) -> str | None:
        """Return why the robot must not move now, or None."""
        limits = self.config
        driver = (
            ("joint states", self._joints_s, limits.max_joint_state_age_s),
            ("odometry", self._odometry_s, limits.max_joint_state_age_s),
            ("the driver's mode", self.status.heard_s, limits.max_status_age_s),
        )
        return (
            next((text for text in (_age_problem(*row, now_s) for row in driver) if text), None)
            or self.setup.problem(self.status, now_s)
            or self.status.problem()
            or self._tool_problem()
            or _age_problem("the newest action", self._action_s, limits.max_action_age_s, now_s)
            or _age_problem("the newest action's image", self._image_s, limits.max_image_age_s, now_s)
        )

    def _tool_problem(self) -> str | None:
        if not self.config.tool or self.status.tool == self.config.tool:
            return None
        return (
            f"the driver's tool is '{self.status.tool}', the bridge's kinematics are for '{self.config.tool}'; "
            "set robot_description to this robot's family and tool"
        )

    def _stop(self, reason: str, now_s: float, step: ControllerStep | None = None) -> Stop | None:
        """Stop a robot that may move; of one that is stopped, say only what is new."""
        was_moving = self._state in ("ready", "moving")
        if was_moving:
            self._may_resume = self.config.auto_resume
            self._state, self._monitor, self._still_since_s = "holding", None, now_s
        if not self._may_resume:
            reason = f"{reason}; enable the bridge again to go on" if was_moving else self._reason
        if not was_moving and reason == self._reason:
            return None
        self._reason = reason
        return Stop(reason, self._hold_values(), announce_only=not was_moving, step=step)

    def _hold_values(self) -> dict[str, float] | None:
        """Return the measured positions as a command. The gripper's command stays: what it holds must not fall."""
        needed = (joints.LIFT, joints.WRIST_YAW, joints.FINGER_LEFT)
        if any(not math.isfinite(self._joints.get(name, math.nan)) for name in needed):
            return None
        try:
            arm_m = joints.joint_position(self._joints, joints.EXTENSION)
        except KinematicsError:
            return None
        optional = (joints.WRIST_PITCH, joints.WRIST_ROLL, joints.HEAD_PAN, joints.HEAD_TILT)
        values = {name: self._joints[name] for name in needed} | {n: self._joints.get(n, 0.0) for n in optional}
        values |= {joints.EXTENSION: arm_m, joints.BASE: 0.0, BASE_ROTATE: 0.0}
        if not self._is_fresh:
            values[joints.FINGER_LEFT] = self._controller.gripper_rad
        return values if all(math.isfinite(value) for value in values.values()) else None

    def _move(self, action: ActionInput, now_s: float) -> Move | Stop | None:
        base_m = self._odometer.position_m
        try:
            if self._is_fresh:
                self._controller.reset(self._joints, base_m)
                self._is_fresh = False
            elif self._state == "holding":
                self._controller.hold(self._joints, base_m)
        except KinematicsError as error:
            return self._stop(str(error), now_s)
        translation_m = np.asarray(action.translation, dtype=np.float64) * self.config.step_length_m
        step = self._controller.step(translation_m, action.gripper, self._joints, base_m)
        if not step.success or step.targets is None:
            return self._stop(step.reason, now_s, step)
        unanswered = self._base.problem(step.targets.base_translate_m)
        if unanswered is not None:
            return self._stop(unanswered, now_s)
        self._base.sent(step.targets.base_translate_m)
        head = (self._joints.get(joints.HEAD_PAN, 0.0), self._joints.get(joints.HEAD_TILT, 0.0))
        values = command_values(step.targets, *head)
        goals = {**values, joints.BASE: base_m + step.targets.base_translate_m}
        self._monitor = MotionMonitor(goals, now_s, self.config.tolerances)
        self._state, self._reason = "moving", ""
        return Move(values, step)


def _age_problem(what: str, time_s: float, limit_s: float, now_s: float) -> str | None:
    if time_s == -math.inf:
        return f"waiting for {what}"
    if now_s - time_s > limit_s:
        return f"stale input: {what} is more than {limit_s:g} s old"
    return None
