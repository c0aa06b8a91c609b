"""What is left of a trial when one of those who run it dies."""

from __future__ import annotations

import signal

import pytest
from trial_world import TrialWorld

from vinn_msgs.msg import TrialState


@pytest.fixture(scope="module")
def world(shared_ros, tmp_path_factory):
    shared_ros.without_shared_memory()  # some are killed
    world = TrialWorld(shared_ros, tmp_path_factory.mktemp("trials"), record=False)
    yield world
    world.end()


@pytest.mark.full
def test_ctrl_c_in_the_middle_stops_the_robot_and_counts(world):
    world.start_over()
    world.start("first")
    world.wait_for_step()
    assert world.ros.stop("trial_node", signal.SIGINT) == 0
    assert world.rests()
    assert world.log("first")[-1]["reason"] == "the trial node was deactivated"
    assert "Traceback" not in world.ros.output("trial_node")
    world.start_node()


@pytest.mark.full
def test_a_bridge_that_dies_ends_the_trial(world):
    """The last of the module: it ends the bridge that the others share."""
    world.start_over()
    world.start("second")
    world.wait_for_step()
    world.ros.stop("stretch_bridge", signal.SIGKILL)
    state = world.wait_for_trial(TrialState.ABORTED)
    assert "episode lost" in state.reason
    # The middleware forgets a killed node only after a while; until then the bridge seems to be there.
    answer = world.try_start("second")
    assert not answer.success
    assert "no bridge offers" in answer.message or "nothing heard from stretch_bridge" in answer.message
