"""Goals of one point for the driver's action server, /stretch_controller/follow_joint_trajectory."""

from __future__ import annotations

import math
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from action_msgs.msg import GoalStatus, GoalStatusArray
from rclpy.action import ActionClient
from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import qos_profile_action_status_default
from unique_identifier_msgs.msg import UUID

from vinn_ros.endpoint_names import node_names
from vinn_ros.stretch_bridge.driver_needs import ACTION_NEEDS, DriverNeeds
from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_ros.stretch_bridge.outputs.driver_output import DriverService
from vinn_ros.stretch_bridge.outputs.driver_services import DriverServices
from vinn_ros.stretch_bridge.outputs.goal_plan import SPACING_S, GoalPacer, GoalPlan, Offer, end_problem
from vinn_ros.stretch_bridge.outputs.trajectories import motion_time_s, single_point
from vinn_training.exceptions import MissingDependency

ACTION = "stretch_controller/follow_joint_trajectory"
#: What a person is told while somebody else moves the robot.
FOREIGN_GOAL = (
    f"the driver executes another client's goal on /{ACTION}, and two must not move one robot; wait until it is over, "
    "or end that client"
)
#: Goals this near each other may come too near each other on their way.
_CLOSE_S = 2 * SPACING_S
#: The driver answers a goal at once; a busy machine may take a while.
_ANSWER_S = 2.0
_ACTIVE = (GoalStatus.STATUS_ACCEPTED, GoalStatus.STATUS_EXECUTING)


class _Goal:
    """A goal that the driver has not ended, as far as we know."""

    def __init__(self, joints: dict[str, float], sent_s: float, since_last_s: float) -> None:
        self.joints = joints
        self.sent_s = sent_s
        self.since_last_s = since_last_s
        self.uuid = UUID(uuid=list(uuid.uuid4().bytes))
        self.handle: Any = None
        self.is_withdrawn = False

    def withdraw(self) -> None:
        """Cancel the goal, as soon as the driver has answered it."""
        self.is_withdrawn = True
        if self.handle is not None:
            self.handle.cancel_goal_async()


class FollowJointTrajectoryOutput:
    """A DriverOutput for a driver in position mode; it needs no streaming.

    A newer goal takes the place of an older one without a stop between them, as the driver does it.

    Args:
        node: The node that owns the clients.
        group: Callback group of the answers.
        slide_mps: Speed of lift, arm and base, for `time_from_start`; the driver itself moves at its own speeds.
        turn_radps: Speed of wrist, head and fingers, for the same.

    Raises:
        MissingDependency: If the package control_msgs is not there.
    """

    def __init__(self, node: LifecycleNode, group: CallbackGroup, slide_mps: float, turn_radps: float) -> None:
        self._kind = _action_type()
        self._logger = node.get_logger()
        self._node = node
        self._slide_mps, self._turn_radps = slide_mps, turn_radps
        self._services = DriverServices(node, group)
        self._client = ActionClient(node, self._kind, ACTION, callback_group=group)
        self._plan, self._pacer = GoalPlan(), GoalPacer()
        self._positions: dict[str, float] = {}
        self._goals: list[_Goal] = []
        self._own: set[bytes] = set()
        self._is_foreign_active = False
        self._event: str | None = None
        self._sent_s = -math.inf
        self._was_refused = False
        node.create_subscription(
            GoalStatusArray,
            f"{ACTION}/_action/status",
            self._on_status,
            qos_profile_action_status_default,
            callback_group=group,
        )

    @property
    def needs(self) -> DriverNeeds:
        return ACTION_NEEDS

    def joint_names(self, names: Sequence[str]) -> list[str]:
        return list(names)

    def joint_states(self, positions: Mapping[str, float]) -> None:
        self._positions.update(positions)

    def send(self, values: Mapping[str, float], tool: str | None) -> dict[str, float]:
        """Send a goal; one that comes too early for the driver goes at the next `poll` that it is not."""
        goal = self._plan.joints(values, tool, self._positions)
        self._pacer.offer(Offer(dict(values), tool))
        self._send_due()
        return goal

    def hold(self, values: Mapping[str, float] | None, status: DriverStatus) -> None:
        """Cancel all our goals, and stop the motors: a cancelled goal leaves them on their way."""
        self._pacer.clear()
        self._plan.forget()
        goals, self._goals = self._goals, []
        for goal in goals:
            goal.withdraw()
        self._services.call("stop_the_robot")

    def call(self, service: DriverService) -> None:
        self._services.call(service)

    def poll(self) -> str | None:
        event, self._event = self._event, None
        if not self._client.server_is_ready():
            self._is_foreign_active = False
            return f"waiting for the action server /{ACTION}; is the Stretch driver running?"
        problem = self.refusal() or event or self._unanswered()
        if problem is None:
            self._send_due()
        return problem

    def refusal(self) -> str | None:
        return FOREIGN_GOAL if self._is_foreign_active else None

    def warning(self) -> str | None:
        own = self._node.get_fully_qualified_name()
        topic = self._node.resolve_topic_name(f"{ACTION}/_action/feedback")
        listeners = self._node.get_subscriptions_info_by_topic(topic)
        names = set(node_names(listeners)) - {own}
        if not names:
            return None
        return f"clients of the driver's action server too: {', '.join(sorted(names))}; they must not send goals now"

    def flush(self, timeout_s: float) -> None:
        """Give the last cancellation and stop time to leave: requests of services cannot be waited for here."""
        time.sleep(min(timeout_s, 0.1))

    def _unanswered(self) -> str | None:
        late = [goal for goal in self._goals if goal.handle is None and time.monotonic() - goal.sent_s > _ANSWER_S]
        return f"the driver has not answered a goal on /{ACTION} for {_ANSWER_S:.0f} s" if late else None

    def _send_due(self) -> None:
        offer = self._pacer.due(time.monotonic())
        if offer is None:
            return
        joints = self._plan.joints(offer.values, offer.tool, self._positions)
        if not joints:
            return
        self._plan.sent(joints)
        now_s = time.monotonic()
        goal = _Goal(joints, now_s, now_s - self._sent_s)
        self._sent_s = now_s
        self._goals.append(goal)
        self._own.add(bytes(goal.uuid.uuid))
        ways = {name: value - self._positions.get(name, 0.0) for name, value in joints.items()}
        message = self._kind.Goal()
        message.trajectory = single_point(joints, motion_time_s(ways, self._slide_mps, self._turn_radps))
        self._client.send_goal_async(message, goal_uuid=goal.uuid).add_done_callback(partial(self._answered, goal))

    def _answered(self, goal: _Goal, future: Any) -> None:
        handle = future.result()
        if handle is None or not handle.accepted:
            self._refused(goal)
            return
        goal.handle = handle
        self._was_refused = False
        if goal.is_withdrawn:
            goal.withdraw()
        handle.get_result_async().add_done_callback(partial(self._finished, goal))

    def _finished(self, goal: _Goal, future: Any) -> None:
        response = future.result()
        if response is None:
            return
        result = response.result
        self._ended(goal, end_problem(response.status, result.error_code, result.error_string, goal.joints))

    def _refused(self, goal: _Goal) -> None:
        """Of two goals that left in time, the second may arrive within the driver's 0.2 s: once, that is nothing."""
        excused = goal.since_last_s < _CLOSE_S and not self._was_refused
        self._was_refused = True
        self._plan.forget()
        self._ended(goal, None if excused else "the driver refused the motion")

    def _ended(self, goal: _Goal, problem: str | None) -> None:
        """Forget a goal; how the newest one ended counts, the older ones ended for it."""
        is_newest = bool(self._goals) and self._goals[-1] is goal
        self._goals = [other for other in self._goals if other is not goal]
        if goal.is_withdrawn or problem is None:
            return
        if is_newest:
            self._plan.forget()
            self._event = problem

    def _on_status(self, message: GoalStatusArray) -> None:
        self._is_foreign_active = any(
            status.status in _ACTIVE and bytes(status.goal_info.goal_id.uuid) not in self._own
            for status in message.status_list
        )
        if self._is_foreign_active:  # told even where it is over by the next poll
            self._event = FOREIGN_GOAL


def _action_type() -> Any:
    try:
        from control_msgs.action import FollowJointTrajectory
    except ImportError as error:
        distribution = os.environ.get("ROS_DISTRO", "jazzy")
        raise MissingDependency(
            f"interface is 'follow_joint_trajectory', which needs the ROS package control_msgs ({error}); install it "
            f"with: sudo apt install ros-{distribution}-control-msgs (no Python wheel of it exists), or set interface "
            "to 'streaming'"
        ) from error
    return FollowJointTrajectory
