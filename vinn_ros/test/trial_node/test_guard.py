"""The guard as a process, beside a pretended bridge."""

from __future__ import annotations

import pytest
from std_srvs.srv import Trigger

from vinn_ros.trial_node.guard_process import GuardProcess


class Bridge:
    def __init__(self, ros):
        self.stops = 0
        self.service = ros.node.create_service(Trigger, "/stretch_bridge/stop", self.stop)

    def stop(self, _, response):
        self.stops += 1
        response.success, response.message = True, "stopped an episode"
        return response


@pytest.fixture
def bridge(ros, monkeypatch):
    for name, value in ros.environment.items():
        monkeypatch.setenv(name, value)
    return Bridge(ros)


def wait_for_guard(ros, guard):
    def is_ready():
        guard.poll()
        return guard.is_ready

    ros.wait_for(is_ready, "the guard to find the bridge")


def test_it_stops_the_robot_if_the_trial_node_ends_in_an_episode_and_not_otherwise(ros, bridge):
    guard = GuardProcess("stretch_bridge", "/")
    assert not guard.is_ready
    wait_for_guard(ros, guard)
    guard.episode_begins()
    guard.episode_is_over()
    process = guard._process
    guard.close()
    assert process.returncode == 0
    assert bridge.stops == 0
    guard = GuardProcess("stretch_bridge", "/")
    wait_for_guard(ros, guard)
    guard.episode_begins()
    process = guard._process
    guard.close()
    ros.wait_for(lambda: process.poll() is not None, "the guard's end")
    assert process.returncode == 0
    assert bridge.stops == 1


@pytest.mark.full
def test_a_guard_that_died_comes_back_and_knows_of_the_episode(ros, bridge, capfd):
    guard = GuardProcess("stretch_bridge", "/")
    wait_for_guard(ros, guard)
    guard.episode_begins()
    guard._process.kill()
    guard._process.wait()
    assert guard.poll()
    assert not guard.is_ready
    wait_for_guard(ros, guard)
    ros.node.destroy_service(bridge.service)
    process = guard._process
    guard.close()
    ros.wait_for(lambda: process.poll() is not None, "the guard's end")
    assert process.returncode == 1  # nobody answered
    assert "see to the robot" in capfd.readouterr().err
