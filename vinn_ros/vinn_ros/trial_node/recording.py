"""The bags of the trials: a recorder in a process of its own, so that a slow disk cannot hold up an abort."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.node import Node

from vinn_ros.recorder.topics import recorded_topics
from vinn_ros.trial_node.child import enclave_arguments, end_child, start_child
from vinn_ros.trial_node.waiting import answer_of
from vinn_training.exceptions import InvalidInput

NODE = "trial_recorder"
#: The recorder ends within this time, its bag closed, or is killed: bringup waits no longer for us.
_END_S = 1.5
_ANSWER_S = 10.0


class TrialRecording:
    """One recorder for all trials; each trial opens a bag of its own.

    Args:
        node: The trial node.
        bags: Directory for the bags.
        images: As the recorder's parameter.
    """

    def __init__(self, node: Node, bags: Path, images: str) -> None:
        self._node = node
        self._bags = bags
        self._images = images
        self._client = node.create_client(ChangeState, f"{NODE}/change_state")
        self._is_configured = False
        self._is_recording = False
        self._process = self._start()

    @property
    def is_ready(self) -> bool:
        """Whether the recorder can be told to begin."""
        return self._process.poll() is None and bool(self._client.service_is_ready())

    def poll(self) -> bool:
        """Start the recorder again where it died; return whether a recording was cut short by that."""
        if self._process.poll() is None:
            return False
        was_recording, self._is_recording, self._is_configured = self._is_recording, False, False
        end_child(self._process, _END_S)
        self._process = self._start()
        return was_recording

    async def begin(self) -> Path:
        """Open a bag and return its path.

        Raises:
            InvalidInput: If the recorder does not.
        """
        before = set(self._existing())
        if not self._is_configured:
            await self._change(Transition.TRANSITION_CONFIGURE)
            self._is_configured = True
        self._is_recording = True  # as far as we know, whatever the answer is: `end` undoes it
        await self._change(Transition.TRANSITION_ACTIVATE)
        new = sorted(set(self._existing()) - before)
        if not new:
            raise InvalidInput(f"the recorder opened no bag in {self._bags}; its output says why")
        return new[-1]

    def end(self) -> None:
        """Close the bag; the recorder does it in its own time."""
        if self._is_recording and self._client.service_is_ready():
            self._client.call_async(_request(Transition.TRANSITION_DEACTIVATE))
        self._is_recording = False

    def close(self) -> None:
        """End the recorder, and with it a recording under way."""
        self._is_recording = False
        end_child(self._process, _END_S)
        self._node.destroy_client(self._client)

    async def _change(self, transition: int) -> None:
        answer = await answer_of(self._node, self._client, _request(transition), _ANSWER_S)
        if not answer.success:
            raise InvalidInput(f"the recorder cannot begin; its output says why (is {self._bags} full?)")

    def _existing(self) -> list[Path]:
        return list(self._bags.glob("bag_*"))

    def _start(self) -> subprocess.Popen[bytes]:
        node = self._node
        words = ["recorder", "--ros-args", "-r", f"__node:={NODE}", "-r", f"__ns:={node.get_namespace()}"]
        words += [
            "-p",
            "autostart:=false",
            "-p",
            f"output:={json.dumps(str(self._bags))}",
            "-p",
            f"images:={self._images}",
        ]
        for topic in recorded_topics(self._images):  # wherever ours were remapped to
            if not topic.name.startswith("/"):
                words += ["-r", f"{topic.name}:={node.resolve_topic_name(topic.name)}"]
        return start_child("vinn_ros.entry_points", [*words, *enclave_arguments()])


def _request(transition: int) -> ChangeState.Request:
    return ChangeState.Request(transition=Transition(id=transition))
