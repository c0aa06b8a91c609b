"""The trial node's end of the guard: starts it, tells it when an episode is under way, and starts it again."""

from __future__ import annotations

import contextlib
import subprocess

from vinn_ros.trial_node.child import enclave_arguments, end_child, start_child
from vinn_ros.trial_node.guard import EPISODE, OVER, READY

_END_S = 5.0


class GuardProcess:
    """Keeps a guard alive.

    Args:
        bridge: Name of the bridge's node.
        namespace: Namespace of the trial node, which the bridge shares.
    """

    def __init__(self, bridge: str, namespace: str) -> None:
        self._arguments = [bridge, "--ros-args", "-r", f"__ns:={namespace}", *enclave_arguments()]
        self._is_under_way = False
        self._heard = b""
        self._process = self._start()

    @property
    def is_ready(self) -> bool:
        """Whether it lives and has found the bridge."""
        return self._process.poll() is None and f"{READY}\n".encode() in self._heard

    def episode_begins(self) -> None:
        """From now on, the end of this process must stop the robot."""
        self._is_under_way = True
        self._tell()

    def episode_is_over(self) -> None:
        """The robot is at rest."""
        if self._is_under_way:
            self._is_under_way = False
            self._tell()

    def poll(self) -> bool:
        """Hear what it says, and start it again where it died; return whether it had died."""
        assert self._process.stdout is not None
        self._heard += self._process.stdout.read() or b""
        if self._process.poll() is None:
            return False
        end_child(self._process, _END_S)
        self._process = self._start()
        self._tell()
        return True

    def close(self) -> None:
        """End it; where an episode is under way it stops the robot first, and ends by itself."""
        if not self._is_under_way:
            end_child(self._process, _END_S)
        elif self._process.stdin is not None:
            self._process.stdin.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._heard = b""
        return start_child("vinn_ros.trial_node.guard", self._arguments, ends_with_us=False, is_heard=True)

    def _tell(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died; poll starts another, and tells it
            self._process.stdin.write(f"{EPISODE if self._is_under_way else OVER}\n".encode())
            self._process.stdin.flush()
