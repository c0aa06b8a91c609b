"""Lifecycle node: images, actions and commands in; a picture of what the robot thinks, and markers, out."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import cv2
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.time import Time
from rclpy.timer import Timer
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from vinn_msgs.msg import BankState, BridgeCommand, PolicyAction
from vinn_ros import diagnostics, qos
from vinn_ros.conversions import image_to_rgb, stamp_ns
from vinn_ros.image_publisher import ImagePublisher
from vinn_ros.image_topic import image_topic
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.neighbors_view import messages
from vinn_ros.neighbors_view.bank_pictures import BankPictures
from vinn_ros.neighbors_view.core import NeighborsViewCore, Notice, ViewConfig
from vinn_ros.neighbors_view.outputs import MarkerOutput
from vinn_ros.neighbors_view.panel import draw_notice, draw_panel
from vinn_ros.neighbors_view.robot_camera import RobotCamera
from vinn_ros.neighbors_view.settings import PARAMETERS, view_config
from vinn_ros.neighbors_view.view import BankReading, View
from vinn_training.bank.bundle import load_bundle
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME
from vinn_training.exceptions import InvalidInput, VinnError


class NeighborsViewNode(BaseLifecycleNode):
    """Draws the newest action at a limited rate, and only while somebody looks."""

    def __init__(self) -> None:
        super().__init__("neighbors_view", PARAMETERS)
        self._core = NeighborsViewCore(None, ViewConfig())
        self._bank: BankReading | None = None
        self._pictures_state = "not loaded"
        self._draw_ms = 0.0
        self._timer: Timer | None = None
        self._pictures = ImagePublisher(self, self.parameters["jpeg_quality"], "neighbors/image")
        self._markers = MarkerOutput(self, self.parameters["arrow_length_m"], self.parameters["rate_hz"])
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        images = image_topic(self.parameters["image_transport"])
        self.create_subscription(images.message_type, images.name, self._on_image, qos.IMAGE)
        self.create_subscription(PolicyAction, "action", self._on_action, qos.STREAM)
        self.create_subscription(BridgeCommand, "command", self._on_command, qos.STREAM)
        self.create_subscription(BankState, "bank", self._on_bank, qos.LATCHED)
        bridge = self.parameters["bridge"]
        self._camera = RobotCamera(self, bridge, self.parameters["camera_transform"]) if bridge else None
        self.create_timer(1.0, self._report)

    def configure(self) -> None:
        cv2.setNumThreads(1)  # a picture for people; the encoder needs the cores
        pictures, problem = self._load_pictures()
        self._core = NeighborsViewCore(
            pictures, view_config(self.parameters.values), self.resolve_topic_name("action"), problem
        )
        if self._bank is not None:  # told once, and perhaps before
            self._core.bank(self._bank)

    def activate(self) -> None:
        self._timer = self.create_timer(1.0 / self.parameters["rate_hz"], self._tick)

    def deactivate(self) -> None:
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None
        self._markers.remove(self.get_clock().now().to_msg())

    def cleanup(self) -> None:
        self._core = NeighborsViewCore(None, ViewConfig())

    def _load_pictures(self) -> tuple[BankPictures | None, str]:
        """Return the neighbours' pictures, or why there are none; what the robot thinks is worth showing without."""
        path = self.parameters["bundle"]
        if not path:
            self._pictures_state = "parameter 'bundle' is empty: neighbours have names and no pictures"
            self.get_logger().warning(self._pictures_state)
            return None, ""
        try:
            pictures = BankPictures(load_bundle(Path(path)))
        except VinnError as error:
            self._pictures_state = f"neighbours have no pictures: {error}"
            self.get_logger().error(self._pictures_state)
            return None, self._pictures_state
        self._pictures_state = f"of bank {pictures.bank_id}"
        return pictures, ""

    def _on_image(self, message: Image | CompressedImage) -> None:
        if self.is_active:
            self._core.image(stamp_ns(message.header.stamp), partial(image_to_rgb, message))

    def _on_action(self, message: PolicyAction) -> None:
        if not self.is_active:
            return
        try:
            self._core.action(messages.action_reading(message), time.monotonic())
        except InvalidInput as error:
            self._core.reject(f"action: {error}")
            self.get_logger().error(f"action not shown: {error}", throttle_duration_sec=2.0)

    def _on_command(self, message: BridgeCommand) -> None:
        try:
            self._core.command(messages.command_reading(message))
        except InvalidInput as error:
            self._core.reject(f"command: {error}")
            self.get_logger().error(f"command not shown: {error}", throttle_duration_sec=2.0)

    def _on_bank(self, message: BankState) -> None:
        try:
            self._bank = messages.bank_reading(message)
        except InvalidInput as error:
            self._core.reject(f"bank: {error}")
            self.get_logger().error(f"bank not shown: {error}")
            return
        self._core.bank(self._bank)

    def _tick(self) -> None:
        if not (self._pictures.subscribers or self._markers.subscribers):
            return
        shown = self._core.next(time.monotonic())
        if isinstance(shown, Notice):
            stamp = self.get_clock().now().to_msg()
            header = Header(stamp=stamp, frame_id=WRIST_CAMERA_OPTICAL_FRAME)
            self._pictures.publish(draw_notice(shown.query, shown.reason), header)
            self._markers.remove(stamp)
        elif shown is not None:
            self._show(shown)

    def _show(self, view: View) -> None:
        started_s = time.perf_counter()
        if self._pictures.subscribers:
            stamp = Time(nanoseconds=view.action.stamp_ns).to_msg()
            self._pictures.publish(draw_panel(view), Header(stamp=stamp, frame_id=view.action.frame_id))
        if self._markers.subscribers:
            self._markers.publish(view, self._camera.pose() if self._camera is not None else None)
        self._draw_ms = 1e3 * (time.perf_counter() - started_s)

    def _report(self) -> None:
        counts = self._core.counts
        level, text = diagnostics.OK, "showing"
        if not self.is_active:
            level, text = diagnostics.WARN, "not active"
        elif counts.actions == 0:
            level, text = diagnostics.WARN, f"no action on {self.resolve_topic_name('action')} yet"
        elif counts.rejected:
            level, text = diagnostics.WARN, f"messages rejected, the last: {counts.last_problem}"
        markers = self._markers.subscribers
        values = {
            **vars(counts),
            "image_subscribers": self._pictures.subscribers,
            "marker_subscribers": markers if markers is not None else "visualization_msgs is not installed",
            "pictures": self._pictures_state,
            "camera": (self._camera.problem or "known") if self._camera is not None else "nobody is asked",
            "camera_transform": self._camera.transform if self._camera is not None else "not wanted",
            "draw_ms_last": f"{self._draw_ms:.1f}",
        }
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(diagnostics.diagnostic_array(stamp, self.get_name(), level, text, values))
