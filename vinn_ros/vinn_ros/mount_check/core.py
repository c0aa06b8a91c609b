"""The order of the check's motions and pictures, without ROS: plain values and a clock in, actions out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_ros.stretch_bridge.motion import MotionTolerances, RestDetector
from vinn_ros.stretch_bridge.odometer import BaseOdometer
from vinn_training.contracts import ImageArray
from vinn_training.evaluation.mount_check.jog import ORDER, Jog, direction_of
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints

State = Literal["waiting", "asked", "moving", "done", "failed"]

#: So many pictures may pass while the bridge is busy with one that asks for nothing.
_RHYTHM = 16

#: What the bridge says of a stop that does not end by itself.
NEEDS_ENABLING = "enable the bridge again"


@dataclass(frozen=True)
class Schedule:
    """Lengths and times.

    Attributes:
        distance_m: Way along each axis.
        step_length_m: The bridge's: an action of length 1 moves by this. A longer way takes several.
        settle_s: The robot must be still for this long before a picture is taken.
        begin_s: A motion may take this long to begin.
        answer_timeout_s: The bridge must say something about an action within this.
        motion_timeout_s: A motion, and the wait for a picture at rest, must be over within this each.
        most_attempts: So many times may the bridge pass over an action that asks for one motion.
    """

    distance_m: float = 0.025
    step_length_m: float = 0.05
    settle_s: float = 0.5
    begin_s: float = 0.5
    answer_timeout_s: float = 10.0
    motion_timeout_s: float = 15.0
    most_attempts: int = 60

    @property
    def steps(self) -> int:
        """Actions for the way along one axis."""
        return max(1, math.ceil(self.distance_m / self.step_length_m - 1e-9))


class Command(NamedTuple):
    """What the bridge did on an action.

    Attributes:
        stamp_ns: Of the action's image.
        requested_base_m: (3,) float64, translation asked for in base_link.
        clipped: Limits that changed it.
        stopped: Whether it was a stop instead of a motion.
        reason: Why it stopped.
    """

    stamp_ns: int
    requested_base_m: NDArray[np.float64]
    clipped: tuple[str, ...] = ()
    stopped: bool = False
    reason: str = ""


class _Place(NamedTuple):
    """Where the robot is: camera by slides in base_link (3,) metres, and wrist joints and heading, radians."""

    position_m: NDArray[np.float64]
    angles_rad: tuple[float, ...]


class MountCheckCore:
    """Moves along each axis and back, with a picture at rest before and after.

    Every picture is answered by an action, so that the bridge always has a fresh one; all but one of a motion's
    actions ask for no motion. That one is sent once: only when the bridge has answered a later action, and so passed
    it over, is it sent again.

    Args:
        schedule: Lengths and times.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.jogs: list[Jog] = []
        self._state: State = "waiting"
        self._problem = ""
        self._odometer = BaseOdometer()
        self._heading_rad = math.nan
        self._rest = RestDetector(MotionTolerances())
        self._joints: dict[str, float] = {}
        self._ready_s = math.inf
        self._entered_s: float | None = None
        self._asked_ns = 0
        self._asked_times = 0
        self._pictures_to_pass = 0
        self._stop_reason = ""
        self._before: tuple[ImageArray, _Place] | None = None
        self._commands: list[Command] = []

    @property
    def state(self) -> State:
        """waiting: for rest and a picture; asked: for the bridge; moving: for the motion's end; done; failed."""
        return self._state

    @property
    def problem(self) -> str:
        """Why it failed, empty otherwise."""
        return self._problem

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do."""
        return self._state in ("done", "failed")

    def joint_states(self, positions: Mapping[str, float], now_s: float) -> None:
        """Take joint states by the driver's names; numbers that are not finite are not used."""
        self._joints.update({name: value for name, value in positions.items() if math.isfinite(value)})
        self._update_rest(now_s)

    def odometry(self, x_m: float, y_m: float, yaw_rad: float, now_s: float) -> None:
        """Take the base's pose in the odometry frame; one that is not finite is not used."""
        try:
            self._odometer.update(x_m, y_m, yaw_rad)
        except InvalidInput:
            return
        self._heading_rad = yaw_rad
        self._update_rest(now_s)

    def command(self, command: Command, now_s: float) -> None:
        """Take what the bridge says it did."""
        if self.is_over or self._before is None:
            return
        if command.stopped:
            # Before its first motion it may still be setting the driver up, and says for what it waits.
            self._stop_reason = command.reason
            if self.jogs or self._commands or NEEDS_ENABLING in command.reason:
                self.fail(f"the bridge stopped: {command.reason}")
        elif self._state == "asked" and command.stamp_ns == self._asked_ns:
            self._commands.append(command)
            self._asked_times = 0
            self._enter("moving", now_s)
        elif self._state == "asked" and command.stamp_ns > self._asked_ns:
            # It was busy and took a later action, which asked for nothing. Asking again at the same point of its
            # rhythm would find it busy for ever.
            self._pictures_to_pass = self._asked_times % _RHYTHM
            self._enter("waiting", now_s)

    def image(self, stamp_ns: int, taken_s: float, load: Callable[[], ImageArray], now_s: float) -> NDArray[np.float64]:
        """Take a picture.

        Args:
            stamp_ns: Its stamp.
            taken_s: When it was taken, by the clock of `now_s`.
            load: Returns its pixels; called for the few pictures that are kept.
            now_s: The time.

        Returns:
            (3,) float64, translation to ask the bridge for under this stamp, as a fraction of its step length.
        """
        nothing = np.zeros(3)
        if self._state == "moving":
            self._check_motion(now_s)
        if self._state != "waiting":
            return nothing
        self._check_rest(now_s)
        place = self._place()
        if place is None or taken_s <= self._ready_s:
            return nothing
        if self._pictures_to_pass > 0:
            self._pictures_to_pass -= 1
            return nothing
        if len(self._commands) in (0, self.schedule.steps):
            pixels = load()
            if self._commands:
                self._finish(pixels, place)
            if len(self.jogs) == len(ORDER):
                self._state = "done"
                return nothing
            self._before = (pixels, place)
        self._asked_ns = stamp_ns
        self._asked_times += 1
        self._enter("asked", now_s)
        if self._asked_times > self.schedule.most_attempts:
            self.fail(f"the bridge passed over {self.schedule.most_attempts} actions: it was always busy")
            return nothing
        step_m = self.schedule.distance_m / self.schedule.steps
        return direction_of(ORDER[len(self.jogs)]) * (step_m / self.schedule.step_length_m)

    def tick(self, now_s: float) -> None:
        """Check the time-outs; call some times a second."""
        if self.is_over:
            return
        if self._entered_s is None:
            self._entered_s = now_s
        waited_s = now_s - self._entered_s
        if self._state == "moving":
            self._check_motion(now_s)
        elif self._state == "asked" and waited_s > self.schedule.answer_timeout_s:
            self.fail(f"the bridge did not answer an action{f': {self._stop_reason}' if self._stop_reason else ''}")
        elif self._state == "waiting" and waited_s > self.schedule.motion_timeout_s:
            self.fail(
                f"no picture of the robot at rest within {self.schedule.motion_timeout_s:g} s: do images and joint "
                "states still come, with the time at which they were taken?"
            )

    def fail(self, problem: str) -> None:
        """Give up; from now on no motion is asked for."""
        if not self.is_over:
            self._state, self._problem = "failed", problem

    def _enter(self, state: State, now_s: float) -> None:
        self._state, self._entered_s = state, now_s

    def _update_rest(self, now_s: float) -> None:
        self._rest.update({**self._joints, joints.BASE: self._odometer.position_m}, now_s)

    def _is_still(self, now_s: float) -> bool:
        return now_s - self._rest.moved_s >= self.schedule.settle_s

    def _check_rest(self, now_s: float) -> None:
        """Note from when on a picture shows the robot at rest."""
        if not self._is_still(now_s):
            self._ready_s = math.inf
        elif self._ready_s == math.inf:
            self._ready_s = now_s

    def _check_motion(self, now_s: float) -> None:
        assert self._entered_s is not None
        moving_s = now_s - self._entered_s
        if moving_s > self.schedule.motion_timeout_s:
            self.fail(f"the robot did not come to rest within {self.schedule.motion_timeout_s:g} s")
        elif moving_s >= self.schedule.begin_s and self._is_still(now_s):
            self._enter("waiting", now_s)
            self._ready_s = now_s

    def _place(self) -> _Place | None:
        if not math.isfinite(self._heading_rad):
            return None
        try:
            arm_m = joints.joint_position(self._joints, joints.EXTENSION)
            lift_m = joints.joint_position(self._joints, joints.LIFT)
        except KinematicsError:
            return None
        angles = (self._heading_rad, *(self._joints.get(name, 0.0) for name in joints.WRIST))
        return _Place(np.array([self._odometer.position_m, -arm_m, lift_m]), angles)

    def _finish(self, after: ImageArray, place: _Place) -> None:
        """Note the motion that has ended."""
        assert self._before is not None
        before, start = self._before
        turns = (
            abs(math.remainder(now - then, math.tau))
            for now, then in zip(place.angles_rad, start.angles_rad, strict=True)
        )
        self.jogs.append(
            Jog(
                name=ORDER[len(self.jogs)],
                asked_m=self.schedule.distance_m,
                requested_base_m=np.sum([command.requested_base_m for command in self._commands], axis=0),
                moved_base_m=place.position_m - start.position_m,
                before=before,
                after=after,
                turned_rad=max(turns),
                clipped=tuple(dict.fromkeys(line for command in self._commands for line in command.clipped)),
            )
        )
        self._commands = []
