"""The client against a pretended bridge in the test's own process."""

from __future__ import annotations

import pytest
from rcl_interfaces.msg import Log
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.duration import Duration
from rclpy.task import Future

from vinn_msgs.action import RunEpisode
from vinn_ros.run_episode import client as client_module
from vinn_ros.run_episode.client import EpisodeClient


class PretendedBridge:
    """Accepts or refuses, and ends when the test says so."""

    def __init__(self, ros):
        self.accepts = True
        self.goal = None
        self.done = Future()
        self.server = ActionServer(
            ros.node, RunEpisode, "stretch_bridge/run_episode", self.execute,
            goal_callback=lambda _: GoalResponse.ACCEPT if self.accepts else GoalResponse.REJECT,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )  # fmt: skip

    async def execute(self, goal):
        self.goal = goal
        return await self.done

    def end(self, how, **result):
        getattr(self.goal, how)()
        self.done.set_result(RunEpisode.Result(**result))


def log(ros, text, age_s):
    """Let the bridge say something, as its logger does."""
    stamp = (ros.node.get_clock().now() - Duration(seconds=age_s)).to_msg()
    publisher = ros.node.create_publisher(Log, "/rosout", client_module._LOG)
    publisher.publish(Log(stamp=stamp, name="stretch_bridge", msg=text))


@pytest.fixture
def bridge(ros):
    bridge = PretendedBridge(ros)
    yield bridge
    bridge.done.set_result(RunEpisode.Result())
    bridge.server.destroy()


def ask(ros, **goal):
    client = EpisodeClient(ros.node)
    if client.poll() is not None:
        raise AssertionError("an outcome before anything was asked for")
    ros.wait_for(client.bridge_is_there, "the action")
    client.send(RunEpisode.Goal(**goal))
    return client


def test_a_result_arrives_whole(ros, bridge):
    client = ask(ros, max_steps=7, seed=5)
    ros.wait_for(lambda: bridge.goal, "the goal")
    assert (bridge.goal.request.max_steps, bridge.goal.request.seed) == (7, 5)
    assert client.poll() is None
    bridge.end("succeed", success=True, reason="7 of 7 steps", steps=7, time_s=3.5, start_offset_m=0.01)
    outcome = ros.wait_for(client.poll, "the outcome")
    assert outcome == client_module.EpisodeOutcome("succeeded", "7 of 7 steps", 7, 3.5, 0.01)
    client.close()


def test_a_cancel_before_the_goal_is_accepted_is_not_lost(ros, bridge):
    client = ask(ros)
    client.cancel()
    ros.wait_for(lambda: bridge.goal is not None and bridge.goal.is_cancel_requested, "the cancel")
    bridge.end("canceled", reason="the client canceled it")
    assert ros.wait_for(client.poll, "the outcome").ending == "canceled"
    client.close()


def test_a_refusal_without_a_reason_points_to_the_log(ros, bridge, monkeypatch):
    monkeypatch.setattr(client_module, "_ANSWER_S", 0.2)
    bridge.accepts = False
    client = ask(ros)
    outcome = ros.wait_for(client.poll, "the outcome")
    assert outcome.ending == "refused"
    assert "log of stretch_bridge" in outcome.reason
    client.close()


def test_a_refusals_reason_is_taken_from_the_log_and_an_earlier_ones_is_not(ros, bridge):
    bridge.accepts = False
    log(ros, "episode refused: an old story", age_s=9.0)
    client = EpisodeClient(ros.node)
    ros.wait_for(client.bridge_is_there, "the action")
    client.send(RunEpisode.Goal())
    log(ros, "episode refused: the base is elsewhere", age_s=-0.01)
    outcome = ros.wait_for(client.poll, "the outcome")
    assert (outcome.ending, outcome.reason) == ("refused", "the base is elsewhere")
    client.close()


def test_a_bridge_that_falls_silent_is_told(ros, bridge, monkeypatch):
    monkeypatch.setattr(client_module, "SILENCE_S", 0.3)
    client = ask(ros)
    outcome = ros.wait_for(client.poll, "the outcome")
    assert outcome.ending == "lost"
    assert "is it running?" in outcome.reason
    client.close()


def test_a_bridge_that_ends_without_an_answer_is_told(ros, bridge, monkeypatch):
    monkeypatch.setattr(client_module, "_ANSWER_S", 0.2)
    client = ask(ros)
    ros.wait_for(lambda: bridge.goal, "the goal")
    bridge.goal.abort()  # its state is told, its result is not
    outcome = ros.wait_for(client.poll, "the outcome")
    assert outcome.ending == "aborted"
    assert "ended in the middle" in outcome.reason
    client.close()
