"""The bridge drives whatever speaks the driver's interface: nothing in it knows which robot that is."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from std_msgs.msg import String

import vinn_ros.stretch_bridge
from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.stretch_standin.trials.played_policy import PlayedPolicy

ROBOTS = ("stretch_sim", "stretch_standin")
#: Few and small: rendering is the simulator's only heavy work.
PICTURES = {"image_width": 32, "image_height": 32, "image_rate_hz": 10.0}


def test_the_bridge_loads_no_part_of_simulator_or_stand_in():
    code = "import sys, vinn_ros.stretch_bridge.node; print('\\n'.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    loaded = result.stdout.split()
    assert "vinn_ros.stretch_bridge.core" in loaded
    others = [name for name in loaded if name.startswith(tuple(f"vinn_ros.{robot}" for robot in ROBOTS))]
    assert others == []
    assert not any(name.startswith(("vinn_training.sim", "mujoco")) for name in loaded)


def test_the_bridge_names_neither():
    files = [*Path(vinn_ros.stretch_bridge.__file__).parent.rglob("*.py")]
    assert files
    for file in files:
        assert not any(robot in file.read_text() for robot in ROBOTS), file


def test_one_process_drives_the_simulator_and_then_the_stand_in(ros):
    commands = ros.collect(BridgeCommand, "command", qos.STREAM)
    modes = ros.collect(String, "mode", qos.ROBOT_STATE)
    PlayedPolicy(ros.node)
    parameters = Path(get_package_share_directory("vinn_ros")) / "config" / "simulator.yaml"
    bridge = ros.start("stretch_bridge", {}, "--params-file", str(parameters), "-p", "step_length_m:=0.01")
    for robot in ROBOTS:
        ros.start(robot, PICTURES)
        first = len(commands)
        ros.wait_for(lambda first=first: sum(not c.stopped for c in commands[first:]) >= 2, f"{robot} to move")
        assert ros.stop(robot, signal.SIGTERM) == 0
        ros.wait_for(lambda: commands[-1].stopped, "a stop: the robot is gone")
        ros.spin_for(0.5)
        silent = len(modes)
        ros.spin_for(0.3)
        assert len(modes) == silent  # the next one is alone
    assert bridge.poll() is None
    assert "Traceback" not in ros.output("stretch_bridge")
