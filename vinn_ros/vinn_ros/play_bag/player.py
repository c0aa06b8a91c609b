"""Waits for the nodes, plays a bag's images by itself or by rosbag2, and waits for the answers."""

from __future__ import annotations

import math
import signal
import subprocess
import time
from collections.abc import Callable

from rclpy.executors import SingleThreadedExecutor

from vinn_ros.image_topic import image_topic
from vinn_ros.play_bag.core import BagImages, PlayedImage
from vinn_ros.play_bag.node import PlayBagNode
from vinn_ros.play_bag.settings import PlayBagConfig
from vinn_ros.stop_request import StopRequest
from vinn_training.child_process import end_with_parent
from vinn_training.exceptions import VinnError

#: How often the progress is told.
_SAY_EVERY_S = 10.0
#: In which the nodes and rosbag2's player find each other.
_DISCOVERY_S = 3.0


class BagPlayer:
    """Plays one bag to running nodes.

    Args:
        config: What to play, and how.
        images: Of the bag.
        stop: Ends waiting and playing early.
    """

    def __init__(self, config: PlayBagConfig, images: BagImages, stop: StopRequest) -> None:
        self._config = config
        self._images = images
        self._stop = stop
        self._executor = SingleThreadedExecutor()
        self.node = PlayBagNode(images, config.nodes)
        self._executor.add_node(self.node)

    def close(self) -> None:
        """End the node."""
        self._executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()

    def wait_until_ready(self) -> None:
        """Wait for the nodes.

        Raises:
            VinnError: If they are not ready in time; the message says what is missing.
        """
        if (
            not self._spin_until(lambda: not self.node.missing(), self._config.start_timeout_s)
            and not self._stop.is_set()
        ):
            raise VinnError(
                f"after {self._config.start_timeout_s:g} s still without {', '.join(self.node.missing())}; "
                "start the nodes first, or name those that run by --nodes"
            )

    def play(self) -> None:
        """Play all images; ends early on a stop request."""
        begin_s = said_s = time.monotonic()
        for number, image in enumerate(self._images.images):
            if not self._config.wait_for_answers:
                self._sleep_until(begin_s + image.after_s / self._config.rate)
            if self._stop.is_set():
                return
            self.node.play(image)
            if self._config.wait_for_answers:
                self._await_answer(image)
            if time.monotonic() - said_s >= _SAY_EVERY_S:
                said_s = time.monotonic()
                print(f"{number + 1} of {len(self._images.images)} images", flush=True)
        self._await_last_answers()

    def play_by_rosbag2(self) -> None:
        """Let `ros2 bag play` play the images and hear their answers; ends early on a stop request.

        Raises:
            VinnError: If the player fails.
        """
        process = subprocess.Popen(
            self._rosbag2_command(), stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=end_with_parent
        )
        try:
            for image in self._images.images:
                self.node.ledger.send(image.stamp_ns)
            self._spin_until(lambda: process.poll() is not None, math.inf)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait()
        if process.returncode != 0 and not self._stop.is_set():
            raise VinnError(f"`ros2 bag play` ended with status {process.returncode}; it said why above")
        self._await_last_answers()

    def _rosbag2_command(self) -> list[str]:
        played = image_topic(self._images.transport).name
        return [
            "ros2", "bag", "play", str(self._config.bag), "--topics", self._images.topic,
            "--remap", f"{self._images.topic}:={played}", "--rate", f"{self._config.rate:g}",
            "--delay", f"{_DISCOVERY_S:g}", "--disable-keyboard-controls",
        ]  # fmt: skip

    def _await_last_answers(self) -> None:
        ledger = self.node.ledger
        self._spin_until(lambda: ledger.answered == ledger.sent, self._config.answer_timeout_s)

    def _await_answer(self, image: PlayedImage) -> None:
        self._spin_until(lambda: self.node.ledger.is_answered(image.stamp_ns), self._config.answer_timeout_s)

    def _sleep_until(self, deadline_s: float) -> None:
        self._spin_until(lambda: False, deadline_s - time.monotonic())

    def _spin_until(self, done: Callable[[], bool], timeout_s: float) -> bool:
        """Spin until `done`, the time is over or a stop was asked for; return whether it was done."""
        deadline_s = time.monotonic() + timeout_s
        while not done():
            left_s = deadline_s - time.monotonic()
            if left_s <= 0.0 or self._stop.is_set():
                return False
            self._executor.spin_once(timeout_sec=min(left_s, 0.1))
        return True
