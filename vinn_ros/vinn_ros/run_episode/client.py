"""The client's end of the bridge's RunEpisode action. Nothing here waits: spin the node and look at `outcome`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from action_msgs.msg import GoalStatus
from rcl_interfaces.msg import Log
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.task import Future

from vinn_msgs.action import RunEpisode

Ending = Literal["succeeded", "aborted", "canceled", "refused", "lost"]

#: The bridge reports several times a second; after this long without a word it is gone, or cut off.
SILENCE_S = 10.0
#: An answer that is due comes within this time, or never: a bridge that is ended says so and no more.
_ANSWER_S = 2.0
_REFUSED = "episode refused: "
#: Loggers keep their last lines for late listeners; a client that was just made is one.
_LOG = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL, reliability=ReliabilityPolicy.RELIABLE)
#: The clocks of two machines may differ by this much.
_CLOCK_SLACK_S = 0.5
_ENDINGS: dict[int, Ending] = {
    GoalStatus.STATUS_SUCCEEDED: "succeeded",
    GoalStatus.STATUS_CANCELED: "canceled",
    GoalStatus.STATUS_ABORTED: "aborted",
}


@dataclass(frozen=True)
class EpisodeOutcome:
    """How an episode ended, as its client sees it.

    Attributes:
        ending: succeeded: carried out as asked, whatever became of the task; refused: it never began; lost: the
            bridge is not heard any more; aborted and canceled as in ROS.
        reason: Why.
        steps: Motions that were sent.
        time_s: Duration of the run, the start pose and pauses left out.
        start_offset_m: Sideways offset of the start.
    """

    ending: Ending
    reason: str
    steps: int = 0
    time_s: float = 0.0
    start_offset_m: float = 0.0


class EpisodeClient:
    """Asks a bridge for an episode and follows it.

    Args:
        node: Spun by the caller.
        bridge: Name of the bridge's node.
        on_feedback: Called with each report of the bridge.
    """

    def __init__(
        self,
        node: Node,
        bridge: str = "stretch_bridge",
        on_feedback: Callable[[RunEpisode.Feedback], None] | None = None,
    ) -> None:
        self.outcome: EpisodeOutcome | None = None
        self._node = node
        self._bridge = bridge
        self._on_feedback = on_feedback
        self._client = ActionClient(node, RunEpisode, f"{bridge}/run_episode")
        # A refused goal carries no reason in ROS; the bridge's log does.
        self._logs = node.create_subscription(Log, "/rosout", self._take_log, _LOG)
        self._goal: ClientGoalHandle | None = None
        self._wants_cancel = False
        self._clock = node.get_clock()
        self._sent_at_s = 0.0
        self._refusal = ""
        self._refused_s: float | None = None
        self._ended_s: float | None = None
        self._heard_s = 0.0
        self._is_sent = False

    def bridge_is_there(self) -> bool:
        """Return whether a bridge offers episodes."""
        return bool(self._client.server_is_ready())

    def send(self, goal: RunEpisode.Goal) -> None:
        """Ask for an episode; once for each client."""
        self._is_sent = True
        self._heard_s = time.monotonic()
        self._sent_at_s = self._clock.now().nanoseconds * 1e-9
        self._client.send_goal_async(goal, feedback_callback=self._take_feedback).add_done_callback(self._answered)

    def cancel(self) -> None:
        """Ask the bridge to end it; the robot stops, and the outcome follows."""
        self._wants_cancel = True
        if self._goal is not None and self.outcome is None:
            self._goal.cancel_goal_async()

    def poll(self) -> EpisodeOutcome | None:
        """Return the outcome, None while there is none; call a few times a second, besides spinning."""
        now_s = time.monotonic()
        if self.outcome is not None or not self._is_sent:
            return self.outcome
        if self._refused_s is not None and (self._refusal or now_s - self._refused_s > _ANSWER_S):
            self.outcome = EpisodeOutcome("refused", self._refusal or f"the log of {self._bridge} says why")
        elif self._goal is not None and self._goal.status in _ENDINGS:
            self._ended_s = self._ended_s or now_s
            if now_s - self._ended_s > _ANSWER_S:
                self.outcome = EpisodeOutcome(_ENDINGS[self._goal.status], f"{self._bridge} ended in the middle of it")
        elif now_s - self._heard_s > SILENCE_S and self._refused_s is None:
            self.outcome = EpisodeOutcome(
                "lost", f"nothing heard from {self._bridge} for {SILENCE_S:g} s; is it running?"
            )
        return self.outcome

    def close(self) -> None:
        """Free what the node holds for this client."""
        self._client.destroy()
        self._node.destroy_subscription(self._logs)

    def _answered(self, future: Future) -> None:
        goal: ClientGoalHandle = future.result()
        if not goal.accepted:
            self._refused_s = time.monotonic()
            return
        self._goal = goal
        goal.get_result_async().add_done_callback(self._ended)
        if self._wants_cancel:
            goal.cancel_goal_async()

    def _take_feedback(self, message: RunEpisode.Impl.FeedbackMessage) -> None:
        self._heard_s = time.monotonic()
        if self._on_feedback is not None:
            self._on_feedback(message.feedback)

    def _ended(self, future: Future) -> None:
        answer = future.result()
        ending = _ENDINGS.get(answer.status)
        if ending is None:
            self.outcome = EpisodeOutcome("lost", f"{self._bridge} does not know the episode any more; did it restart?")
            return
        result = answer.result
        self.outcome = EpisodeOutcome(ending, result.reason, result.steps, result.time_s, result.start_offset_m)

    def _take_log(self, message: Log) -> None:
        if message.name != self._bridge or not message.msg.startswith(_REFUSED):
            return
        stamp_s = message.stamp.sec + message.stamp.nanosec * 1e-9
        if self._is_sent and stamp_s > self._sent_at_s - _CLOCK_SLACK_S:
            self._refusal = message.msg.removeprefix(_REFUSED)
