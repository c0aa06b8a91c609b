"""The command as a roboticist types it, against a bridge and a stand-in over DDS."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
from episode_world import EpisodeWorld

from vinn_ros.run_episode.client import EpisodeOutcome
from vinn_ros.run_episode.main import report

COMMAND = [sys.executable, "-m", "vinn_ros.run_episode.main"]


@pytest.fixture(scope="module")
def nodes(shared_ros):
    return EpisodeWorld(shared_ros)


@pytest.fixture
def world(nodes):
    return nodes.start_over()


def run(world, *arguments):
    """Run the command while the policy is played, and return its status and output."""
    name = f"run_episode_{time.monotonic_ns()}"
    process = world.ros.run(name, [*COMMAND, *arguments])
    world.ros.wait_for(lambda: process.poll() is not None, "the end of the command")
    output = world.ros.output(name)
    assert "Traceback" not in output
    return process.returncode, output


def test_it_says_what_happens_and_how_it_ended(world):
    status, output = run(world, "--max-steps", "2", "--seed", "3")
    assert status == 0, output
    lines = output.splitlines()
    assert lines.index("going to the start pose") < next(n for n, line in enumerate(lines) if line.startswith("step 1"))
    assert "nearest demonstration frame at" in output
    assert lines[-1].startswith("succeeded after 2 steps")
    assert lines[-1].endswith("2 of 2 steps are made")


def test_ctrl_c_cancels_and_the_robot_rests(world):
    name = "interrupted"
    process = world.ros.run(name, [*COMMAND, "--no-start-pose"])
    world.ros.wait_for(lambda: "step 1" in world.ros.output(name), "the first step")
    process.send_signal(signal.SIGINT)
    world.ros.wait_for(lambda: process.poll() is not None, "the end of the command")
    output = world.ros.output(name)
    assert process.returncode == 130
    assert "canceled after" in output
    assert "Traceback" not in output
    assert world.rests()
    assert not world.trigger("end_episode").success


@pytest.mark.full
def test_a_bridge_that_dies_in_the_middle_is_told(world):
    """The last of the module: it ends the bridge that the others share."""
    name = "orphaned"
    process = world.ros.run(name, [*COMMAND, "--no-start-pose"])
    world.ros.wait_for(lambda: "step 1" in world.ros.output(name), "the first step")
    world.ros.stop("stretch_bridge", signal.SIGKILL)
    world.ros.wait_for(lambda: process.poll() is not None, "the end of the command")
    assert process.returncode == 1
    assert "lost" in world.ros.output(name)
    assert world.rests()


@pytest.mark.parametrize(
    ("outcome", "status", "text"),
    [
        (
            EpisodeOutcome("succeeded", "20 s have passed", 4, 20.0, -0.02),
            0,
            "4 steps, 20.0 s, start offset -0.020 m: 20",
        ),
        (EpisodeOutcome("aborted", "stopped by ~/stop", 4, 20.0), 1, "aborted after 4 steps, 20.0 s: stopped by"),
        (EpisodeOutcome("canceled", "the client canceled it"), 130, "canceled"),
        (EpisodeOutcome("refused", "the bridge is not active"), 2, "refused: the bridge is not active"),
        (EpisodeOutcome("lost", "nothing heard"), 1, "lost"),
    ],
)
def test_the_exit_status_says_how_it_ended(capsys, outcome, status, text):
    assert report(outcome) == status
    captured = capsys.readouterr()
    assert text in captured.out + captured.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--wait-s", "0.2", "--bridge", "no_such_bridge"], "no bridge offers /no_such_bridge/run_episode"),
        (["--max-steps", "-1"], "--max-steps is -1"),
        (["--max-steps", "many"], "max-steps"),
    ],
)
def test_mistakes_are_told_without_a_traceback(ros, arguments, message):
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, env=ros.environment)
    assert run.returncode == 2
    assert message in run.stdout + run.stderr
    assert "Traceback" not in run.stderr
