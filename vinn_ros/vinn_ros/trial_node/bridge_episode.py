"""The episodes of the trials, one after the other, on the bridge. Nothing here waits, but for `begin`."""

from __future__ import annotations

import time

from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

from vinn_msgs.action import RunEpisode
from vinn_ros.run_episode.client import EpisodeClient, EpisodeOutcome
from vinn_ros.trial_node.waiting import done_within
from vinn_training.exceptions import InvalidInput

#: A bridge that is asked to end an episode does so within this time, or is told to stop.
_END_S = 1.0
_ACCEPT_S = 15.0


class BridgeEpisode:
    """Asks for an episode, follows it, and ends it.

    Args:
        node: The trial node.
        bridge: Name of the bridge's node.
    """

    def __init__(self, node: Node, bridge: str) -> None:
        self._node, self._bridge = node, bridge
        self._stop = node.create_client(Trigger, f"{bridge}/stop")
        self._end = node.create_client(Trigger, f"{bridge}/end_episode")
        self._client = self._new_client()
        self._answered: Future | None = None
        self._end_by_s: float | None = None
        self.is_under_way = False
        self.steps = 0

    @property
    def is_offered(self) -> bool:
        """Whether the bridge is there with all that is needed."""
        clients = (self._stop, self._end)
        return self._client.bridge_is_there() and all(client.service_is_ready() for client in clients)

    def ask(self, goal: RunEpisode.Goal) -> None:
        """Ask the bridge for an episode."""
        self.steps, self._end_by_s = 0, None
        self.is_under_way = True
        self._answered = Future()
        self._client.send(goal)

    async def begun(self) -> None:
        """Wait until the bridge has begun it, or has ended it already.

        Raises:
            InvalidInput: If the bridge does neither.
        """
        assert self._answered is not None
        if not await done_within(self._node, self._answered, _ACCEPT_S):
            raise InvalidInput(f"{self._bridge} did not begin the episode within {_ACCEPT_S:g} s")

    def poll(self) -> EpisodeOutcome | None:
        """Return how the episode ended, once; call a few times a second."""
        if not self.is_under_way:
            return None
        if self._end_by_s is not None and time.monotonic() > self._end_by_s:
            self.stop()
        outcome = self._client.poll()
        if outcome is None:
            return None
        self.is_under_way, self._end_by_s = False, None
        self._client.close()
        self._client = self._new_client()
        self._answer()
        return outcome

    def finish(self) -> None:
        """End the episode as carried out, because the task is over; the robot stops."""
        if self.is_under_way:
            self._end.call_async(Trigger.Request())
            self._end_by_s = time.monotonic() + _END_S

    def stop(self) -> None:
        """Stop the robot at once, by the episode and without it."""
        self._end_by_s = None
        if self.is_under_way:
            self._client.cancel()
        self._stop.call_async(Trigger.Request())

    def close(self) -> None:
        """Free what ROS holds."""
        self._client.close()
        for client in (self._stop, self._end):
            self._node.destroy_client(client)

    def _new_client(self) -> EpisodeClient:
        return EpisodeClient(self._node, self._bridge, self._take_feedback)

    def _take_feedback(self, feedback: RunEpisode.Feedback) -> None:
        self.steps = max(self.steps, feedback.step)
        self._answer()

    def _answer(self) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(None)
