"""Stand-in for Hello Robot's Stretch driver: its modes, its refusals and its pace, over a simulated robot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE, decode
from vinn_training.sim.actuators import ActuatorTargets, PhysicsRobot
from vinn_training.sim.driver_config import DriverConfig

Mode = Literal["position", "navigation", "trajectory", "homing", "stowing", "runstopped"]

_STREAMING_MODES: tuple[Mode, ...] = ("position", "navigation")
_ROUTINES: tuple[Mode, ...] = ("homing", "stowing")


@dataclass(frozen=True)
class Outcome:
    """Answer of the driver to a service call or a command.

    Attributes:
        success: Whether it was done.
        message: What was done, or why not.
    """

    success: bool
    message: str


class StretchDriver:
    """Accepts what the driver accepts, refuses what it refuses, and moves set-points at the joints' speeds.

    Deterministic: time passes in `advance` only. When commands stop, the last target (for the bridge, one step of
    a few centimetres) is finished and held; nothing moves on without a command.

    Args:
        robot: The simulated robot.
        config: Settings.
    """

    def __init__(self, robot: PhysicsRobot, config: DriverConfig | None = None) -> None:
        self.config = config or DriverConfig()
        self._robot = robot
        self._mode: Mode = "position"
        self._mode_after: Mode = "position"
        self._is_homed = self.config.homed
        self._is_streaming = False
        self._velocity_mps = 0.0
        self._velocity_time_s = -math.inf
        at_start = robot.joint_positions()
        self._head = {name: at_start.get(name, 0.0) for name in (joints.HEAD_PAN, joints.HEAD_TILT)}
        self._setpoints: dict[str, float] = {}
        self._goals: dict[str, float] = {}
        self._hold_measured()

    @property
    def mode(self) -> Mode:
        """What `/mode` says."""
        return self._mode

    @property
    def is_homed(self) -> bool:
        """What `/is_homed` says."""
        return self._is_homed

    @property
    def is_runstopped(self) -> bool:
        """What `/is_runstopped` says."""
        return self._mode == "runstopped"

    @property
    def is_streaming_position(self) -> bool:
        """What `/is_streaming_position` says."""
        return self._is_streaming

    @property
    def is_moving(self) -> bool:
        """Whether a set-point is still on its way."""
        return self._setpoints != self._goals or self._base_velocity_mps() != 0.0

    @property
    def time_s(self) -> float:
        """The robot's own time."""
        return self._robot.time_s

    def joint_positions(self) -> dict[str, float]:
        """Return measured positions by the driver's joint names, metres and radians, the head's included."""
        return {**self._robot.joint_positions(), **self._head}

    def base_position_m(self) -> float:
        """Return the base's position along its x axis, as odometry gives it."""
        return self._robot.base_position_m()

    def joint_pose_command(self, data: Sequence[float]) -> Outcome:
        """Take a vector of `/joint_pose_cmd`: absolute targets, and base increments from the measured position.

        A base increment of zero leaves the base's present motion alone, as on the robot.
        """
        refusal = self._why_no_motion()
        if refusal is None and self._mode not in _STREAMING_MODES:
            refusal = f"streaming works in {' and '.join(_STREAMING_MODES)} mode; the mode is {self._mode}"
        if refusal is None and not self._is_streaming:
            refusal = "streaming position is not activated; call /activate_streaming_position"
        if refusal is not None:
            return Outcome(False, f"command refused: {refusal}")
        try:
            values = decode(self.config.tool, data)
        except InvalidInput as error:
            return Outcome(False, f"command refused: {error}")
        translate_m, rotate_rad = values.pop(joints.BASE), values.pop(BASE_ROTATE)
        if self._mode != "position" and (translate_m or rotate_rad):
            return Outcome(
                False, f"command refused: the base moves by position in position mode only, not {self._mode}"
            )
        if rotate_rad:
            return Outcome(False, "command refused: the base of this stand-in slides and cannot rotate")
        shortened = self._set_goals(values)
        if translate_m:
            self._set_goals({joints.BASE: self.base_position_m() + translate_m})
        return Outcome(True, f"moving; shortened to range: {', '.join(shortened)}" if shortened else "moving")

    def velocity_command(self, linear_mps: float, angular_radps: float) -> Outcome:
        """Take a base velocity of `/stretch/cmd_vel`; it lapses after the timeout."""
        refusal = self._why_no_motion()
        if refusal is None and self._mode != "navigation":
            refusal = f"it needs navigation mode; the mode is {self._mode}"
        if refusal is None and not math.isfinite(linear_mps):
            refusal = f"it is {linear_mps} m/s; expected a finite number"
        if refusal is None and angular_radps:
            refusal = "the base of this stand-in slides and cannot rotate"
        if refusal is not None:
            return Outcome(False, f"base velocity refused: {refusal}")
        top_mps = self.config.speeds[joints.BASE]
        self._velocity_mps = min(max(linear_mps, -top_mps), top_mps)
        self._velocity_time_s = self.time_s
        return Outcome(True, "driving")

    def activate_streaming_position(self) -> Outcome:
        """Answer `/activate_streaming_position`."""
        self._is_streaming = True
        return Outcome(True, "streaming position is active")

    def deactivate_streaming_position(self) -> Outcome:
        """Answer `/deactivate_streaming_position`."""
        self._is_streaming = False
        return Outcome(True, "streaming position is not active")

    def switch_mode(self, mode: Literal["position", "navigation", "trajectory"]) -> Outcome:
        """Answer `/switch_to_<mode>_mode`; motion in progress is ended."""
        if self._mode == "runstopped":
            return Outcome(False, "cannot switch the mode: runstopped")
        if self._mode in _ROUTINES:
            return Outcome(False, f"cannot switch the mode: the robot is {self._mode}")
        self._mode = mode
        self._hold_measured()
        return Outcome(True, f"in {mode} mode")

    def stop_the_robot(self) -> Outcome:
        """Answer `/stop_the_robot`: hold where the robot is."""
        self._hold_measured()
        if self._mode in _ROUTINES:
            self._mode = self._mode_after
        return Outcome(True, "stopped")

    def home_the_robot(self) -> Outcome:
        """Answer `/home_the_robot`."""
        return self._start_routine("homing", self.config.home_pose)

    def stow_the_robot(self) -> Outcome:
        """Answer `/stow_the_robot`."""
        if not self._is_homed:
            return Outcome(False, "cannot stow: the robot is not homed; call /home_the_robot")
        return self._start_routine("stowing", self.config.stow_pose)

    def runstop(self, stop: bool) -> Outcome:
        """Answer `/runstop`: stop and refuse all motion, or go back to the mode before."""
        if stop and self._mode != "runstopped":
            if self._mode not in _ROUTINES:
                self._mode_after = self._mode
            self._mode = "runstopped"
            self._hold_measured()
        elif not stop and self._mode == "runstopped":
            self._mode = self._mode_after
            self._hold_measured()
        return Outcome(True, "runstopped" if stop else f"in {self._mode} mode")

    def robot_was_placed(self) -> None:
        """Forget all goals after the robot was put elsewhere (a new episode); modes and activation stay."""
        self._setpoints = {}
        self._hold_measured()

    def advance(self, duration_s: float) -> None:
        """Let the robot follow its commands for this long (the last control period may be shorter)."""
        remaining_s = duration_s
        while remaining_s > 1e-9:
            period_s = min(self.config.control_period_s, remaining_s)
            self._move_setpoints(period_s)
            self._robot.set_targets(self._targets())
            self._robot.advance(period_s)
            remaining_s -= period_s
            if self._mode in _ROUTINES and self._setpoints == self._goals:
                self._is_homed = self._is_homed or self._mode == "homing"
                self._mode = self._mode_after

    def _why_no_motion(self) -> str | None:
        if self._mode == "runstopped":
            return "the robot is runstopped"
        if not self._is_homed:
            return "the robot is not homed; call /home_the_robot"
        return None

    def _start_routine(self, mode: Mode, pose: Mapping[str, float]) -> Outcome:
        if self._mode == "runstopped":
            return Outcome(False, f"no {mode}: runstopped")
        if self._mode not in _ROUTINES:
            self._mode_after = self._mode
        self._mode = mode
        self._hold_measured()
        self._set_goals(pose)
        return Outcome(True, mode)

    def _set_goals(self, values: Mapping[str, float]) -> list[str]:
        """Set goals within the joints' ranges and return the names of those that were shortened."""
        shortened = []
        for name, value in values.items():
            low, high = self.config.ranges.get(name, (-math.inf, math.inf))
            self._goals[name] = min(max(value, low), high)
            if self._goals[name] != value:
                shortened.append(name)
        return shortened

    def _hold_measured(self) -> None:
        """Take where the robot is for its goal. The gripper keeps its goal: what it holds must not fall."""
        measured = {**self.joint_positions(), joints.BASE: self.base_position_m()}
        moving = (joints.LIFT, joints.EXTENSION, *joints.WRIST, joints.HEAD_PAN, joints.HEAD_TILT, joints.BASE)
        held = {name: measured[name] for name in moving}
        finger_rad = self._setpoints.get(joints.FINGER_LEFT, measured[joints.FINGER_LEFT])
        self._setpoints = {**held, joints.FINGER_LEFT: finger_rad}
        self._goals = dict(self._setpoints)
        self._velocity_mps = 0.0

    def _base_velocity_mps(self) -> float:
        # Half a period of slack keeps rounding of the summed times from adding a period.
        slack_s = self.config.control_period_s / 2
        expired = self.time_s - self._velocity_time_s >= self.config.velocity_timeout_s - slack_s
        return 0.0 if self._mode != "navigation" or expired else self._velocity_mps

    def _move_setpoints(self, period_s: float) -> None:
        velocity_mps = self._base_velocity_mps()
        if velocity_mps:
            self._goals[joints.BASE] = self._setpoints[joints.BASE] + velocity_mps * period_s
        for name, goal in self._goals.items():
            reach = self.config.speeds[name] * period_s
            now = self._setpoints[name]
            self._setpoints[name] = goal if abs(goal - now) <= reach else now + math.copysign(reach, goal - now)
        self._head = {name: self._setpoints[name] for name in self._head}

    def _targets(self) -> ActuatorTargets:
        at = self._setpoints
        return ActuatorTargets(
            base_m=at[joints.BASE],
            lift_m=at[joints.LIFT],
            arm_m=at[joints.EXTENSION],
            wrist_yaw_rad=at[joints.WRIST_YAW],
            wrist_pitch_rad=at[joints.WRIST_PITCH],
            wrist_roll_rad=at[joints.WRIST_ROLL],
            gripper_rad=at[joints.FINGER_LEFT],
        )
