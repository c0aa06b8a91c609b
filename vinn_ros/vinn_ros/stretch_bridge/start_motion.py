"""Takes the robot to its start pose, one stage after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from vinn_ros.stretch_bridge.core import BridgeConfig, PoseState, State, Stop
from vinn_training.kinematics import joints

#: A base this near its place is not sent anywhere.
_BASE_THERE_M = 0.003


class Robot(Protocol):
    """What episodes need of BridgeCore."""

    config: BridgeConfig

    @property
    def state(self) -> State: ...

    @property
    def reason(self) -> str: ...

    @property
    def pose_state(self) -> PoseState: ...

    @property
    def pose_problem(self) -> str: ...

    @property
    def base_position_m(self) -> float: ...

    @property
    def joint_positions(self) -> dict[str, float]: ...

    def driver_is_ready(self) -> bool: ...

    def begin_pose(self, targets: Mapping[str, float], now_s: float) -> str | None: ...

    def enable(self, now_s: float) -> None: ...

    def disable(self, reason: str, now_s: float) -> Stop: ...

    def pause(self, reason: str, now_s: float) -> Stop | None: ...

    def resume(self, now_s: float) -> None: ...


class StartMotion:
    """One way to the start pose.

    Args:
        robot: The bridge's core.
        stages: Absolute targets in their order, the base's as the core counts its way.
        patience_s: Time that the driver may take to become ready.
        now_s: Time of the beginning.
    """

    def __init__(self, robot: Robot, stages: Sequence[Mapping[str, float]], patience_s: float, now_s: float) -> None:
        self._robot = robot
        self._stages = [dict(stage) for stage in stages]
        self._patience_s = patience_s
        self._give_up_s = now_s + patience_s
        self._is_under_way = False
        self.state: Literal["going", "reached", "failed"] = "going"
        self.problem = ""

    def tick(self, now_s: float) -> None:
        """Begin the next stage when the one before is reached; call after the core's own tick."""
        robot = self._robot
        if self.state != "going":
            return
        if robot.state == "paused":
            self._is_under_way = False  # what was cut short is begun anew after it
            self._give_up_s = now_s + self._patience_s
            return
        if robot.state == "disabled":
            self._fail(robot.reason or "motion was forbidden")
            return
        if self._is_under_way:
            if robot.pose_state in ("going", "none"):
                return
            self._is_under_way = False
            if robot.pose_state == "failed":
                self._fail(robot.pose_problem or "no reason was given")
                return
            self._stages.pop(0)
        self._begin_next(now_s)

    def _begin_next(self, now_s: float) -> None:
        while self._stages:
            targets = dict(self._stages[0])
            if joints.BASE in targets:
                targets[joints.BASE] -= self._robot.base_position_m
                if abs(targets[joints.BASE]) < _BASE_THERE_M:
                    del targets[joints.BASE]
            if targets:
                break
            self._stages.pop(0)
        else:
            self.state = "reached"
            return
        problem = self._robot.begin_pose(targets, now_s)
        if problem is None:
            self._is_under_way = True
        elif self._robot.driver_is_ready() or now_s >= self._give_up_s:
            self._fail(problem)

    def _fail(self, problem: str) -> None:
        self.state, self.problem = "failed", problem
