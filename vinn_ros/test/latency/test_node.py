"""The latency node beside a camera, a policy and a bridge played by the test, over real DDS."""

from __future__ import annotations

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.time import Time
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from vinn_msgs.msg import BridgeCommand, Embedding, PolicyAction
from vinn_ros import diagnostics, qos
from vinn_ros.conversions import rgb_to_image
from vinn_ros.image_publisher import rgb_to_compressed
from vinn_ros.latency.ledger import HOPS
from vinn_ros.latency.main import current_report
from vinn_ros.latency.node import LatencyNode

MS = 1_000_000
PIXELS = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
TOTAL = next(hop for hop in HOPS if hop.name == "camera to command")


class Path:
    """Publishes what a camera, perception, policy and bridge would, and what they count."""

    def __init__(self, world, transport):
        node = world.node
        self.world = world
        self.compressed = transport == "compressed"
        kind, topic = (CompressedImage, "image_raw/compressed") if self.compressed else (Image, "image_raw")
        self.watch = LatencyNode(transport, context=node.context)
        self.executor = SingleThreadedExecutor(context=node.context)
        self.executor.add_node(self.watch)
        self.images = node.create_publisher(kind, topic, qos.IMAGE)
        self.others = [
            node.create_publisher(kind, topic, qos.STREAM)
            for kind, topic in ((Embedding, "embedding"), (PolicyAction, "action"), (BridgeCommand, "command"))
        ]
        self.reports = node.create_publisher(DiagnosticArray, "/diagnostics", 10)
        for publisher in (self.images, *self.others, self.reports):
            self.until(lambda publisher=publisher: publisher.get_subscription_count() == 1, publisher.topic_name)

    def until(self, condition, what):
        def spun():
            self.executor.spin_once(timeout_sec=0.02)
            return condition()

        self.world.wait_for(spun, what)

    def frame(self, stamp_ns, sent_after_ms, stopped=False):
        header = Header(stamp=Time(nanoseconds=stamp_ns).to_msg())
        self.images.publish(rgb_to_compressed(PIXELS, header, 80) if self.compressed else rgb_to_image(PIXELS, header))
        embedding, action, command = self.others
        embedding.publish(Embedding(header=header))
        action.publish(PolicyAction(header=header))
        sent_at = Time(nanoseconds=stamp_ns + sent_after_ms * MS).to_msg()
        command.publish(BridgeCommand(header=header, sent_at=sent_at, stopped=stopped))

    def close(self):
        self.executor.shutdown(timeout_sec=1.0)
        self.watch.destroy_node()


@pytest.fixture(params=["raw", "compressed"])
def path(ros, request):
    path = Path(ros, request.param)
    yield path
    path.close()


def test_stamps_counts_and_bytes_of_every_message(path):
    begin_ns = path.world.node.get_clock().now().nanoseconds
    for index in range(5):
        path.frame(begin_ns + index * MS, sent_after_ms=20)
    path.frame(begin_ns + 5 * MS, sent_after_ms=20, stopped=True)
    path.until(lambda: path.watch.moves + path.watch.stops == 6 and path.watch.published == 6, "all messages")
    path.until(lambda: path.watch.ledger.seen("action") == 6, "all actions")
    report = current_report(path.watch)
    assert (report.moves, report.stops) == (5, 1)
    total = path.watch.ledger.summary(TOTAL)
    assert (total.n, total.p50_ms) == (5, pytest.approx(20))
    hops = {hop.name: hop for hop in report.hops}
    assert hops["camera to image"].n == hops["camera to embedding"].n == 6
    size = path.watch.bandwidth.summary().bytes_per_message
    assert (size > PIXELS.size) if not path.compressed else (1000 < size < PIXELS.size)


def test_what_the_nodes_report_is_part_of_it(path):
    counts = {"received": 3, "lost": 1, "encoded": 2, "skipped": 1, "rejected": 0}
    stamp = path.world.node.get_clock().now().to_msg()
    path.reports.publish(diagnostics.diagnostic_array(stamp, "perception", diagnostics.OK, "encoding", counts))
    path.until(lambda: path.watch.reports, "the report")
    said = path.watch.counts()
    assert (said.received, said.lost, said.encoded, said.skipped) == (3, 1, 2, 1)
    assert said.unaccounted["in perception"] == 0
    assert said.unaccounted["camera to perception"] is None  # no image was seen
