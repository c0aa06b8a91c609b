"""Feedback of an episode: at once when a step was made or its state changed, otherwise a few times a second."""

from __future__ import annotations

import math

from rclpy.action.server import ServerGoalHandle

from vinn_msgs.action import RunEpisode
from vinn_msgs.msg import PolicyAction
from vinn_ros.stretch_bridge.episode import Episode, EpisodeState

_PERIOD_S = 0.2
_STATES: dict[EpisodeState, int] = {
    "to start pose": RunEpisode.Feedback.GOING_TO_START_POSE,
    "running": RunEpisode.Feedback.RUNNING,
    "held": RunEpisode.Feedback.HELD,
    "paused": RunEpisode.Feedback.PAUSED,
}


class FeedbackPublisher:
    """Publishes for one goal.

    Args:
        goal: The goal's handle.
    """

    def __init__(self, goal: ServerGoalHandle) -> None:
        self._goal = goal
        self._action: PolicyAction | None = None
        self._sent: tuple[object, ...] = ()
        self._sent_s = -math.inf

    def saw(self, action: PolicyAction) -> None:
        """Take the policy's newest action."""
        self._action = action

    def tick(self, episode: Episode, now_s: float) -> None:
        """Publish where it is time to."""
        if episode.state not in _STATES:
            return
        now = (episode.state, episode.steps, episode.reason)
        if now == self._sent and now_s - self._sent_s < _PERIOD_S:
            return
        self._sent, self._sent_s = now, now_s
        self._goal.publish_feedback(feedback(episode, self._action))


def feedback(episode: Episode, action: PolicyAction | None) -> RunEpisode.Feedback:
    """Return the message for an episode and the policy's newest action."""
    message = RunEpisode.Feedback(
        state=_STATES[episode.state],
        reason=episode.reason,
        step=episode.steps,
        distance=math.nan,
        distance_quantile=math.nan,
    )
    if action is not None:
        message.gripper = action.gripper
        message.distance_quantile = action.distance_quantile
        if action.neighbors:
            message.distance = action.neighbors[0].distance
    return message
