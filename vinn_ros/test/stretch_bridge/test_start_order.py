"""The four nodes in any order, and each of them again in the middle: the loop must come to work by itself."""

from __future__ import annotations

import itertools
import signal
import time
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory

from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos

NODES = ("perception", "policy", "stretch_bridge", "stretch_standin")
#: The bridge's parameters are those of the simulator; the test adds the length of a step.
SIMULATOR = Path(get_package_share_directory("vinn_ros")) / "config" / "simulator.yaml"
ORDERS = tuple(itertools.permutations(NODES))
#: From when the last node is up (its imports done) to the first motion.
LIMIT_S = 5.0


class Loop:
    """Starts nodes one at a time, each up before the next, and times the first motion after the last."""

    def __init__(self, world, bundle):
        self.world = world
        self.commands = world.collect(BridgeCommand, "command", qos.STREAM)
        # The small bundle's pictures are noise: any picture is unfamiliar to it, and nothing must hold for that.
        self._parameters = {
            "perception": {"bundle": str(bundle)},
            "policy": {"bundle": str(bundle), "hold_distance_quantile": 1.0},
            "stretch_bridge": {"step_length_m": 0.02},
            "stretch_standin": {"image_rate_hz": 15.0},
        }

    def start(self, name):
        extra = ("--params-file", str(SIMULATOR)) if name == "stretch_bridge" else ()
        self.world.start(name, self._parameters[name], *extra)

    def start_and_wait(self, name):
        """Start a node; return when it has said that it is active."""
        already = self._activations(name)
        self.start(name)
        self.world.wait_for(lambda: self._activations(name) > already, f"{name} to be active")

    def moves(self):
        return sum(not command.stopped for command in self.commands)

    def time_to_motion_s(self, moves=2):
        """Wait for motions and return how long that took."""
        begin_s, before = time.monotonic(), self.moves()
        self.world.wait_for(lambda: self.moves() >= before + moves, "the robot to move")
        return time.monotonic() - begin_s

    def restart(self, name):
        """End a node and start it again; return how long it then took to move on."""
        assert self.world.stop(name, signal.SIGTERM) == 0
        self.world.spin_for(0.5)
        self.start_and_wait(name)
        return self.time_to_motion_s()

    def _activations(self, name):
        path = self.world.directory / f"{name}.log"
        return self.world.output(name).count(f"[{name}]: active") if path.exists() else 0


def check_nothing_broke(world):
    for name in NODES:
        assert "Traceback" not in world.output(name)
        assert world.processes[name].poll() is None, f"{name} died"


@pytest.mark.parametrize("order", [ORDERS[0], ORDERS[-1]], ids="-".join)
def test_the_loop_works_after_any_start_and_after_a_restart(ros, bundle, order):
    loop = Loop(ros, bundle)
    for name in order[:-1]:
        loop.start_and_wait(name)
    assert loop.moves() == 0  # a part is missing
    loop.start_and_wait(order[-1])
    loop.time_to_motion_s()
    loop.restart(order[1])
    check_nothing_broke(ros)


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("index", range(len(ORDERS)), ids=["-".join(order) for order in ORDERS])
def test_each_of_the_24_orders_and_a_restart_of_each_node_in_time(ros, bundle, index, record_property):
    loop = Loop(ros, bundle)
    for name in ORDERS[index]:
        loop.start_and_wait(name)
    times_s = {"start": loop.time_to_motion_s(1)}
    for name in NODES:
        times_s[f"restart of {name}"] = loop.restart(name)
    for what, value in times_s.items():
        record_property(what, round(value, 2))
    print(f"{' '.join(ORDERS[index])}: " + ", ".join(f"{what} {value:.2f} s" for what, value in times_s.items()))
    check_nothing_broke(ros)
    late = {what: value for what, value in times_s.items() if value > LIMIT_S}
    assert not late, f"seconds to a motion: {late}; limit {LIMIT_S}"
