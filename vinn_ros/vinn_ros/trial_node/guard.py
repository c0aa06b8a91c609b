"""A process beside the trial node that stops the robot when the trial node dies in the middle of an episode.

The bridge runs an episode to its end whether its client lives or not. This process hears from the trial node by its
standard input, a line for each change; where that ends while an episode is under way, it calls the bridge's ~/stop.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import TextIO

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_srvs.srv import Trigger

from vinn_ros.stop_request import STOP_SIGNALS
from vinn_ros.transport import use_profile

#: What the trial node says.
EPISODE, OVER = "episode", "over"
#: What this process says when it could stop the robot.
READY = "ready"
_ANSWER_S = 1.0
_TRIES = 5


class Guard:
    """Follows the trial node.

    Args:
        node: Spun by the caller.
        bridge: Name of the bridge's node.
    """

    def __init__(self, node: Node, bridge: str) -> None:
        self._client = node.create_client(Trigger, f"{bridge}/stop")
        self.is_under_way = False
        self.is_orphaned = threading.Event()

    @property
    def is_ready(self) -> bool:
        """Whether the bridge could be told to stop."""
        return bool(self._client.service_is_ready())

    def follow(self, lines: TextIO) -> None:
        """Read until the trial node is gone."""
        for line in lines:
            self.is_under_way = line.strip() == EPISODE
        self.is_orphaned.set()

    def stop(self, executor: SingleThreadedExecutor) -> bool:
        """Tell the bridge to stop, several times if it must be; return whether it answered."""
        for _ in range(_TRIES):
            future = self._client.call_async(Trigger.Request())
            deadline_s = time.monotonic() + _ANSWER_S
            while not future.done() and time.monotonic() < deadline_s:
                executor.spin_once(timeout_sec=0.05)
            if future.done():
                _tell(f"the trial node is gone; the bridge says: {future.result().message}")
                return True
        _tell("the trial node is gone and the bridge does not answer: see to the robot")
        return False


def _tell(text: str) -> None:
    print(f"trial guard: {text}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run until the trial node is gone; return 1 where the robot could not be stopped.

    Args:
        arguments: The bridge's name, and ROS arguments.
    """
    for number in STOP_SIGNALS:  # it ends with the trial node, and not before
        signal.signal(number, signal.SIG_IGN)
    use_profile()
    rclpy.init(args=list(arguments), signal_handler_options=SignalHandlerOptions.NO)
    executor = SingleThreadedExecutor()
    node = Node("trial_guard")
    executor.add_node(node)
    guard = Guard(node, arguments[0])
    threading.Thread(target=guard.follow, args=(sys.stdin,), daemon=True).start()
    said_ready = False
    try:
        while not guard.is_orphaned.is_set():
            executor.spin_once(timeout_sec=0.1)
            if guard.is_ready and not said_ready:
                said_ready = True
                with contextlib.suppress(BrokenPipeError):  # the trial node is gone: the robot is still to be stopped
                    os.write(sys.stdout.fileno(), f"{READY}\n".encode())
        return 0 if not guard.is_under_way or guard.stop(executor) else 1
    finally:
        executor.shutdown(timeout_sec=1.0)
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
