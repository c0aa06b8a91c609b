"""Lifecycle node: wrist camera images in, embeddings out."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import CompressedImage, Image

from vinn_msgs.msg import Embedding
from vinn_ros import diagnostics, qos
from vinn_ros.conversions import embedding_to_message, image_to_rgb
from vinn_ros.image_topic import IMAGE_TRANSPORT, image_topic
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.loss_counter import HAS_MESSAGE_INFO, LossCounter
from vinn_ros.parameters import ParameterSpec
from vinn_ros.perception.core import FrameCounts, FrameWorker, PerceptionCore, input_problem
from vinn_training.bank.bundle import load_bundle
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput

PARAMETERS = (
    ParameterSpec("bundle", "", "Directory of the bundle (encoder and bank) to load."),
    IMAGE_TRANSPORT,
    ParameterSpec(
        "queue_depth", 1, "Images that may wait for the encoder; 1 keeps only the newest.", minimum=1, maximum=1000
    ),
    ParameterSpec(
        "threads", 0, "Threads of the encoder; 0 leaves the choice to the library.", minimum=0, maximum=256
    ),
)  # fmt: skip


class PerceptionNode(BaseLifecycleNode):
    """Encodes the newest image and publishes its embedding under the image's header."""

    def __init__(self) -> None:
        super().__init__("perception", PARAMETERS)
        self._embeddings = self.create_lifecycle_publisher(Embedding, "embedding", qos.STREAM)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._core: PerceptionCore | None = None
        self._worker: FrameWorker[Image | CompressedImage] | None = None
        #: Called with each embedding in the encoder's thread, after it was published: for a policy in this process.
        self.hand_over: Callable[[Embedding], None] | None = None
        self._losses = LossCounter()
        self._heard_s = 0.0
        topic = image_topic(self.parameters["image_transport"])
        receive: Any = self._receive if HAS_MESSAGE_INFO else self._submit
        self._subscription = self.create_subscription(topic.message_type, topic.name, receive, qos.IMAGE)
        self.create_timer(1.0, self._report)

    def configure(self) -> None:
        if not self.parameters["bundle"]:
            raise InvalidInput("parameter 'bundle' is empty; expected the directory of a bundle (see `vinn bank`)")
        # One image is resized as fast by one thread; several wait for the last of them where the machine is busy.
        cv2.setNumThreads(1)
        bundle = load_bundle(Path(self.parameters["bundle"]))
        runtime = load_runtime(bundle, threads=self.parameters["threads"])
        self._core = PerceptionCore(runtime)
        self.get_logger().info(
            f"encoder {runtime.encoder_id} of {bundle.path}: {runtime.embedding_size} numbers an image"
        )

    def activate(self) -> None:
        self._losses = LossCounter()
        self._heard_s = time.monotonic()
        self._worker = FrameWorker(self._answer, self._reject, self.parameters["queue_depth"])

    def deactivate(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def cleanup(self) -> None:
        self._core = None

    def _receive(self, message: Image | CompressedImage, info: dict[str, Any]) -> None:
        if self.is_active:
            self._losses.saw(info.get("publication_sequence_number"))
        self._submit(message)

    def _submit(self, message: Image | CompressedImage) -> None:
        if self.is_active and self._worker is not None:
            self._heard_s = time.monotonic()
            self._worker.submit(message)

    def _answer(self, message: Image | CompressedImage) -> None:
        assert self._core is not None
        embedding = self._core.encode(image_to_rgb(message))
        answer = embedding_to_message(embedding, self._core.runtime.encoder_id, message.header)
        self._embeddings.publish(answer)
        if self.hand_over is not None:
            self.hand_over(answer)

    def _reject(self, problem: str) -> None:
        topic = self._subscription.topic_name
        self.get_logger().error(f"image on {topic} not used: {problem}", throttle_duration_sec=2.0)

    def _report(self) -> None:
        counts = self._worker.counts if self._worker is not None else FrameCounts()
        topic = self._subscription.topic_name
        publishers = (
            self._subscription.get_publisher_count()
            if hasattr(self._subscription, "get_publisher_count")
            else self.count_publishers(topic)
        )
        problem: str | None = "not active"
        if self.is_active:
            problem = input_problem(counts, topic, publishers, time.monotonic() - self._heard_s)
        level, text = (diagnostics.WARN, problem) if problem else (diagnostics.OK, "encoding")
        values = {
            "publishers": publishers,
            "received": counts.received,
            "lost": self._losses.lost if HAS_MESSAGE_INFO else "unknown",
            "encoded": counts.encoded,
            "skipped": counts.skipped,
            "rejected": counts.rejected,
            "subscribers": self._embeddings.get_subscription_count(),
            "encode_ms_median": f"{self._core.median_encode_ms:.1f}" if self._core else "",
            "encoder_id": self._core.runtime.encoder_id if self._core else "",
        }
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(diagnostics.diagnostic_array(stamp, self.get_name(), level, text, values))
