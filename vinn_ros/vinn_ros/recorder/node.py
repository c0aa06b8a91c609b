"""Lifecycle node: records the episode's topics as a rosbag2 bag, in every environment alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from diagnostic_msgs.msg import DiagnosticArray

from vinn_ros import diagnostics
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.parameters import ParameterSpec
from vinn_ros.recorder.core import BagRecorder, typestore_with
from vinn_ros.recorder.gaps import GapMonitor
from vinn_ros.recorder.topics import IMAGES, RecordedTopic, recorded_topics
from vinn_training.exceptions import InvalidInput

PARAMETERS = (
    ParameterSpec("output", "", "Directory below which each recording makes its own bag."),
    ParameterSpec(
        "images", IMAGES[0],
        "raw records image_raw; compressed records image_raw/compressed, as the camera's driver publishes it.",
        choices=IMAGES,
    ),
    ParameterSpec(
        "max_gap_s", 0.2, "A longer pause of the camera, the joint states or the odometry is reported as a gap.",
        minimum=0.01, maximum=10.0,
    ),
)  # fmt: skip

#: Latched messages that are kept for the next recording, for each topic: one from each publisher.
_MAX_LATCHED = 100


class RecorderNode(BaseLifecycleNode):
    """Writes every message as it came, without decoding it, and reports gaps while it records and at the end."""

    def __init__(self) -> None:
        super().__init__("recorder", PARAMETERS)
        self._recorder: BagRecorder | None = None
        self._gaps: GapMonitor | None = None
        self._topics = recorded_topics(self.parameters["images"])
        self._latched: dict[str, list[bytes]] = {}
        self._failure = ""
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        # "subscription" objects live as long as the node; messages count only while a bag is open.
        for topic in self._topics:
            self.create_subscription(topic.message_type, topic.name, self._writer_for(topic), topic.profile, raw=True)
        self.create_timer(1.0, self._flush_and_report)

    def _resolve(self, topic: RecordedTopic) -> str:
        return str(self.resolve_topic_name(topic.name))

    def activate(self) -> None:
        if not self.parameters["output"]:
            raise InvalidInput("parameter 'output' is empty; expected a directory for the bags")
        messages = Path(get_package_share_directory("vinn_msgs")) / "msg"
        recorder = BagRecorder(Path(self.parameters["output"]), typestore_with("vinn_msgs", messages))
        for topic in self._topics:
            recorder.add_topic(self._resolve(topic), topic.type_name)
        watched = [self._resolve(topic) for topic in self._topics if topic.is_watched]
        self._gaps = GapMonitor(watched, self.parameters["max_gap_s"])
        self._recorder, self._failure = recorder, ""
        for name, kept in self._latched.items():
            for data in kept:
                self._write(name, data)
        self.get_logger().info(f"recording to {recorder.path}")

    def deactivate(self) -> None:
        if self._recorder is not None:
            recorder, self._recorder = self._recorder, None
            recorder.close()
            self.get_logger().info(f"{recorder.message_count} messages in {recorder.path}")
            self._log_gaps()

    def _writer_for(self, topic: RecordedTopic) -> Callable[[bytes], None]:
        name = self._resolve(topic)

        def write(data: bytes) -> None:
            if topic.is_latched:
                self._latched[name] = [*self._latched.get(name, []), data][-_MAX_LATCHED:]
            self._write(name, data)

        return write

    def _write(self, topic: str, data: bytes) -> None:
        if self._recorder is None or self._gaps is None:
            return
        now_ns = self.get_clock().now().nanoseconds
        try:
            self._recorder.write(topic, data, now_ns)
        except InvalidInput as error:
            self._give_up(error)
            return
        self._gaps.add(topic, data, now_ns)

    def _flush_and_report(self) -> None:
        if self._recorder is not None:
            try:
                self._recorder.flush()
            except InvalidInput as error:
                self._give_up(error)
        self._report()

    def _report(self) -> None:
        now = self.get_clock().now()
        level, text = diagnostics.OK, "recording"
        if self._failure:
            level, text = diagnostics.ERROR, f"recording ended: {self._failure}"
        elif self._recorder is None or self._gaps is None:
            level, text = diagnostics.WARN, "not recording"
        elif problem := self._gaps.problem(now.nanoseconds):
            level, text = diagnostics.WARN, f"recording; {problem}"
        values = self._gaps.values() if self._gaps is not None else {}
        self._diagnostics.publish(diagnostics.diagnostic_array(now.to_msg(), self.get_name(), level, text, values))

    def _log_gaps(self) -> None:
        if self._gaps is None:
            return
        for topic, line in self._gaps.values().items():
            self.get_logger().info(f"{topic}: {line}")
        problem = self._gaps.problem()
        if problem:
            self.get_logger().warning(f"the bag may lack frames as a demonstration: {problem}")

    def _give_up(self, error: InvalidInput) -> None:
        self.get_logger().error(f"recording ends: {error}")
        self._failure = str(error)
        self._recorder = None
        self._log_gaps()
