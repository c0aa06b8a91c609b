"""A Stretch without physics behind its driver, with switchable faults. No ROS: a clock in, outcomes and states out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from vinn_ros.stretch_sim.core import RobotSnapshot
from vinn_ros.stretch_standin.action_goals import INVALID_GOAL, INVALID_JOINTS, ActionGoals, GoalEnd, GoalRun, read_goal
from vinn_ros.stretch_standin.driver import StandinDriver
from vinn_ros.stretch_standin.fault_effects import FaultEffects
from vinn_ros.stretch_standin.faults import Faults
from vinn_ros.stretch_standin.image_stream import Frame, ImageStream
from vinn_ros.stretch_standin.journal import Journal
from vinn_ros.stretch_standin.picture import SyntheticCamera
from vinn_ros.stretch_standin.robot import StandinBody
from vinn_ros.stretch_standin.timed_driver import TimedDriver
from vinn_ros.stretch_standin.told_state import ToldState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.sim.driver import Outcome, StretchDriver
from vinn_training.sim.driver_config import DriverConfig

Action = Callable[[StretchDriver], Outcome]


class StandinCore:
    """The stand-in. Same calls at the same times give the same robot; safe to use from several threads.

    Every call first lets the robot move up to now, so that a stop takes effect, and is measured, at its own moment.

    Args:
        driver: Settings of the driver. Its control period is the resolution of the measured motion.
        camera: Makes the pictures.
        seed: Draws what is lost.
        clock: Monotonic time in seconds.
    """

    def __init__(
        self, driver: DriverConfig, camera: SyntheticCamera, seed: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = threading.RLock()
        self._body = StandinBody()
        self._driver = StandinDriver(self._body, driver)
        self._goals = ActionGoals()
        self._camera = camera
        self._images = ImageStream(seed)
        self._image_index = 0
        self._effects = FaultEffects(self._body, self._driver, driver)
        self._journal = Journal()
        self._told = ToldState(seed, self._journal)
        self._timed = TimedDriver(self._driver, driver.control_period_s, clock, self._journal)

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        with self._lock:
            return self._effects.in_force

    def set_faults(self, faults: Faults) -> None:
        """Put faults into force; those that are events (runstop, mode) happen now."""
        with self._lock:
            now_s = self._timed.advance()
            if faults == self._effects.in_force:
                return
            self._effects.apply(faults)
            self._told.take(faults, self._snapshot())
            self._journal.note(now_s, "fault", active=faults.active(), at_m=self._timed.slides_m())

    def advance(self) -> None:
        """Let the robot move up to now."""
        with self._lock:
            self._timed.advance()

    def joint_pose_command(self, data: Sequence[float]) -> Outcome:
        """Answer a vector on `/joint_pose_cmd`."""
        with self._lock:
            now_s = self._timed.advance()
            reach_m = self._timed.reach_m(data)
            outcome = self._effects.refused_command() or self._driver.joint_pose_command(data)
            self._note_command(now_s, outcome, reach_m, list(data))
            return outcome

    def offer_goal(self) -> bool:
        """Return whether the action server takes a goal now."""
        with self._lock:
            now_s = self._timed.advance()
            taken = self._goals.offer(now_s)
            if not taken:
                self._note_command(now_s, Outcome(False, "goal refused: too soon after the one before"), None, [])
            return taken

    def begin_goal(self, names: Sequence[str], points: Sequence[Sequence[float]]) -> GoalRun | GoalEnd:
        """Execute a goal of the action server, or return why not.

        Args:
            names: Its joints.
            points: Positions of each of its points; the driver takes one in position mode.
        """
        with self._lock:
            now_s = self._timed.advance()
            try:
                values = read_goal(names, points, self._driver.config.tool)
            except InvalidInput as error:
                self._note_command(now_s, Outcome(False, str(error)), None, [])
                return GoalEnd("aborted", INVALID_JOINTS, str(error))
            return self._begin(now_s, values)

    def goal_end(self, run: GoalRun, is_cancel_requested: bool) -> GoalEnd | None:
        """Return how a goal has ended, or None while it goes on."""
        with self._lock:
            now_s = self._timed.advance()
            return self._goals.end(run, self._timed.positions(), now_s, is_cancel_requested)

    def trajectory(self, names: Sequence[str], points: Sequence[Sequence[float]]) -> Outcome:
        """Answer a trajectory for a ros2_control robot, which has no modes; its last point is where the joints go.

        Args:
            names: Joints, by the driver's names; the base's is an absolute position.
            points: Positions of each point.
        """
        with self._lock:
            now_s = self._timed.advance()
            try:
                values = read_goal(names, points[-1:], self._driver.config.tool, increments=False)
            except InvalidInput as error:
                outcome, reach_m = Outcome(False, f"trajectory refused: {error}"), None
                values = {}
            else:
                if joints.BASE in values:
                    values[joints.BASE] -= self._driver.base_position_m()
                reach_m = self._timed.farthest_m(values)
                outcome = self._effects.refused_command() or self._driver.joint_goals(values, in_position_mode=False)
            self._note_command(now_s, outcome, reach_m, list(values.values()))
            return outcome

    def velocity_command(self, linear_mps: float, angular_radps: float) -> Outcome:
        """Answer a base velocity on `/stretch/cmd_vel`."""
        with self._lock:
            now_s = self._timed.advance()
            outcome = self._effects.refused_command() or self._driver.velocity_command(linear_mps, angular_radps)
            self._journal.note(now_s, "velocity", accepted=outcome.success, message=outcome.message)
            return outcome

    def service(self, name: str, action: Action) -> Outcome:
        """Answer one of the driver's services."""
        with self._lock:
            now_s = self._timed.advance()
            outcome = self._effects.refused_service(name) or action(self._driver)
            self._journal.note(now_s, "service", name=name, accepted=outcome.success, message=outcome.message)
            return outcome

    def snapshot(self) -> RobotSnapshot:
        """Return what is true now, whatever the faults let out of it."""
        with self._lock:
            self._timed.advance()
            return self._snapshot()

    def joint_states(self) -> RobotSnapshot | None:
        """Return what joint states say now, or None where they say nothing; one call for each message."""
        with self._lock:
            return self._told.joint_states(self._timed.advance(), self._snapshot())

    def odometry(self) -> RobotSnapshot | None:
        """Return what odometry says now, or None where it says nothing."""
        with self._lock:
            return self._told.odometry(self._timed.advance(), self._snapshot())

    def status(self) -> RobotSnapshot | None:
        """Return what mode, tool and flags say now, or None where they say nothing."""
        with self._lock:
            return self._told.status(self._timed.advance(), self._snapshot())

    def take_image(self, stamp_ns: int) -> None:
        """Let the camera take a picture; `due_images` hands it out when it arrives.

        Args:
            stamp_ns: The ROS clock, now.
        """
        with self._lock:
            now_s = self._timed.advance()
            at = self._driver.joint_positions()
            right_m = at[joints.EXTENSION] - self._driver.base_position_m()
            pixels = self._camera.take(self._image_index, right_m, at[joints.LIFT])
            self._images.add(self._image_index, pixels, stamp_ns, now_s, self._effects.in_force)
            self._image_index += 1

    def due_images(self) -> list[Frame]:
        """Return the images that arrive by now, the oldest first."""
        with self._lock:
            now_s = self._timed.advance()
            frames = self._images.due(now_s)
            for frame in frames:
                self._journal.note(now_s, "image", taken_s=frame.taken_s, is_true=frame.is_true)
            return frames

    def reset(self) -> None:
        """Put the robot back to its start and clear the journal; faults, mode and activation stay."""
        with self._lock:
            self._timed.advance()
            self._body.place()
            self._driver.robot_was_placed()
            self._journal.clear()
            self._timed.longest_pause_s = 0.0

    def journal(self) -> dict[str, Any]:
        """Return what was told and done since the last reset, and where and when this answer is.

        `longest_pause_s` is how long nothing was asked of the stand-in at the most: a machine too busy to run it.
        """
        with self._lock:
            now_s = self._timed.advance()
            here = {"now_s": now_s, "at_m": self._timed.slides_m(), "longest_pause_s": self._timed.longest_pause_s}
            return {**here, **self._journal.content()}

    def _snapshot(self) -> RobotSnapshot:
        driver = self._driver
        return RobotSnapshot(
            time_s=driver.time_s,
            positions=driver.joint_positions(),
            base_position_m=driver.base_position_m(),
            mode=driver.mode,
            is_homed=driver.is_homed and not self._effects.in_force.unhomed,
            is_runstopped=driver.is_runstopped,
            is_streaming_position=driver.is_streaming_position,
            tool=self._effects.tool,
        )

    def _begin(self, now_s: float, values: dict[str, float]) -> GoalRun | GoalEnd:
        reach_m = self._timed.farthest_m(values)
        outcome = self._effects.refused_command() or self._driver.joint_goals(values, in_position_mode=True)
        self._note_command(now_s, outcome, reach_m, list(values.values()))
        if not outcome.success:
            return GoalEnd("aborted", INVALID_GOAL, outcome.message)
        if joints.BASE in values:
            values[joints.BASE] += self._driver.base_position_m()
        return self._goals.begin(values, now_s)

    def _note_command(self, now_s: float, outcome: Outcome, reach_m: float | None, data: list[float]) -> None:
        accepted, message = outcome.success, outcome.message
        self._journal.note(now_s, "command", accepted=accepted, message=message, reach_m=reach_m, data=data)
