"""A pretended bridge core: goes where it is told when the test says so, and remembers what it was told."""

from __future__ import annotations

from collections.abc import Mapping

from vinn_ros.stretch_bridge.core import BridgeConfig, PoseState, State, Stop
from vinn_training.kinematics import joints


class FakeRobot:
    """The part of BridgeCore that episodes use; a test sets `state`, `pose_state` and the rest as it likes."""

    def __init__(self, state: State = "disabled") -> None:
        self.state: State = state
        self.reason = "not enabled"
        self.pose_state: PoseState = "none"
        self.pose_problem = ""
        self.refusal: str | None = None
        self.poses: list[dict[str, float]] = []
        self.is_driver_ready = True
        self.base_position_m = 1.0
        self.joint_positions = {joints.EXTENSION: 0.3, joints.LIFT: 0.8, joints.WRIST_YAW: 0.0}
        self.config = BridgeConfig()

    def driver_is_ready(self) -> bool:
        return self.is_driver_ready

    def begin_pose(self, targets: Mapping[str, float], now_s: float) -> str | None:
        if self.refusal is not None:
            return self.refusal
        self.poses.append(dict(targets))
        self.pose_state = "going"
        return None

    def enable(self, now_s: float) -> None:
        if self.state not in ("ready", "moving", "paused"):
            self.state, self.reason = "holding", "enabled; waiting for an action"

    def disable(self, reason: str, now_s: float) -> Stop:
        was_disabled = self.state == "disabled"
        self.state, self.reason = "disabled", reason
        self._end_pose(reason)
        return Stop(reason, None, announce_only=was_disabled)

    def pause(self, reason: str, now_s: float) -> Stop | None:
        self.state, self.reason = "paused", reason
        self._end_pose(reason)
        return Stop(reason, None, announce_only=False)

    def resume(self, now_s: float) -> None:
        self.state, self.reason = "holding", "resumed"

    def _end_pose(self, reason: str) -> None:
        if self.pose_state == "going":
            self.pose_state, self.pose_problem = "failed", reason
