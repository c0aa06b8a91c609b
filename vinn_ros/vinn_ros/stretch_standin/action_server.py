"""The driver's action server in front of the stand-in, where the package control_msgs is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNode

from vinn_ros.stretch_standin.action_goals import GoalEnd
from vinn_ros.stretch_standin.core import StandinCore

ACTION = "stretch_controller/follow_joint_trajectory"
_CHECK_S = 0.02


def action_type() -> Any | None:
    """Return the action's type, or None where control_msgs is not installed."""
    try:
        from control_msgs.action import FollowJointTrajectory
    except ImportError:
        return None
    return FollowJointTrajectory


class StandinActionServer:
    """Takes goals while the stand-in is active.

    Args:
        node: The node that owns the server.
        kind: The action's type.
        core: Returns the stand-in, or None while it is not active.
        wait: Lets time pass without holding anything up.
        group: Callback group; a reentrant one, for several goals are alive at a time.
    """

    def __init__(
        self,
        node: LifecycleNode,
        kind: Any,
        core: Callable[[], StandinCore | None],
        wait: Callable[[float], Awaitable[None]],
        group: CallbackGroup,
    ) -> None:
        self._kind = kind
        self._core = core
        self._wait = wait
        self._server = ActionServer(
            node,
            kind,
            ACTION,
            self._execute,
            goal_callback=self._offered,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
            callback_group=group,
        )

    def _offered(self, _: Any) -> GoalResponse:
        core = self._core()
        return GoalResponse.ACCEPT if core is not None and core.offer_goal() else GoalResponse.REJECT

    async def _execute(self, handle: Any) -> Any:
        core = self._core()
        if core is None:
            return self._ended(handle, GoalEnd("aborted", text="the stand-in is not active"))
        trajectory = handle.request.trajectory
        run = core.begin_goal(trajectory.joint_names, [point.positions for point in trajectory.points])
        while not isinstance(run, GoalEnd):
            end = core.goal_end(run, handle.is_cancel_requested)
            if end is not None:
                return self._ended(handle, end)
            await self._wait(_CHECK_S)
        return self._ended(handle, run)

    def _ended(self, handle: Any, end: GoalEnd) -> Any:
        finish = {"succeeded": handle.succeed, "aborted": handle.abort, "canceled": handle.canceled}
        finish[end.kind]()
        result = self._kind.Result()
        result.error_code, result.error_string = end.error_code, end.text
        return result
