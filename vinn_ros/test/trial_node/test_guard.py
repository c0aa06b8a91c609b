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
def test_it_stops_the_robot_even_if_nobody_hears_that_it_is_ready(ros, bridge):
    """As where it was started again in an episode, and the trial node dies before it has found the bridge."""
    ros.node.destroy_service(bridge.service)
    guard = GuardProcess("stretch_bridge", "/")
    guard.episode_begins()
    process = guard._process
    process.stdout.close()
    ros.wait_for(lambda: "trial_guard" in ros.node.get_node_names(), "the guard")
    late = Bridge(ros)
    ros.spin_for(1.0)
    assert process.poll() is None
    guard.close()
    ros.wait_for(lambda: process.poll() is not None, "the guard's end")
    assert process.returncode == 0
    assert late.stops == 1


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
