from __future__ import annotations

import os
import signal

from vinn_ros.stretch_standin.trials.processes import NodeProcesses
from vinn_ros.transport import PROFILE_VARIABLES


def test_a_node_that_cannot_start_is_dead_with_its_reason_and_the_others_are_ended(ros, tmp_path, monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(ros.domain_id))
    with NodeProcesses(tmp_path / "logs") as processes:
        processes.start("stretch_standin", {"image_rate_hz": 15.0})
        processes.start("stretch_bridge", {"step_length_m": 3.0})
        ros.wait_for(processes.dead, "the bridge to refuse its parameters")
        assert processes.dead() == ["stretch_bridge"]
        assert "step_length_m" in processes.output("stretch_bridge")
        ros.wait_for(lambda: "active" in processes.output("stretch_standin"), "the stand-in")
        process = processes._processes["stretch_standin"]
        assert process.poll() is None
    assert process.returncode == 0
    assert processes.dead() == []


def test_one_that_was_killed_is_dead(ros, tmp_path, monkeypatch):
    ros.without_shared_memory()
    for name in ("ROS_DOMAIN_ID", *PROFILE_VARIABLES):
        monkeypatch.setenv(name, ros.environment[name])
    with NodeProcesses(tmp_path) as processes:
        processes.start("stretch_standin", {})
        os.kill(processes._processes["stretch_standin"].pid, signal.SIGKILL)
        ros.wait_for(processes.dead, "its death to be seen")
