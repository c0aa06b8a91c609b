"""The node of the mount check: pictures and the robot's state in, actions for the bridge out."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.time import Time
from sensor_msgs.msg import JointState

from vinn_msgs.msg import BridgeCommand, GripperState, PolicyAction
from vinn_ros import qos
from vinn_ros.conversions import image_to_rgb, stamp_ns, vector_from_message, vector_to_message
from vinn_ros.image_topic import image_topic
from vinn_ros.mount_check.core import Command, MountCheckCore
from vinn_ros.mount_check.settings import PARAMETERS
from vinn_ros.parameters import NodeParameters
from vinn_ros.stretch_bridge.messages import planar_pose
from vinn_training.exceptions import InvalidInput

#: What our actions bear instead of a bank's fingerprint: they come from no demonstration.
BANK_ID = "mount_check"


class MountCheckNode(Node):
    """Feeds a core, once it has one; until then it only listens.

    Attributes:
        parameters: Of the command.
        core: Set it to begin.
        heard: Topics that said something.
        bridge: The bridge's newest diagnostics, or None.
    """

    def __init__(self) -> None:
        super().__init__("mount_check")
        self.parameters = NodeParameters(self, PARAMETERS)
        self.core: MountCheckCore | None = None
        self.heard: set[str] = set()
        self.bridge: DiagnosticStatus | None = None
        self._bridge_name = self.parameters["bridge"].rpartition("/")[2]
        images = image_topic(self.parameters["image_transport"])
        self.image_topic = self.resolve_topic_name(images.name)
        self._actions = self.create_publisher(PolicyAction, "action", qos.STREAM)
        self.create_subscription(PolicyAction, "action", self._on_action, qos.STREAM)
        self.create_subscription(BridgeCommand, "command", self._on_command, qos.STREAM)
        self.create_subscription(images.message_type, self.image_topic, self._on_image, qos.IMAGE)
        self.create_subscription(JointState, "joint_states", self._on_joint_states, qos.ROBOT_STATE)
        self.create_subscription(Odometry, "odom", self._on_odometry, qos.ROBOT_STATE)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, 10)
        self.create_timer(0.1, self._on_tick)

    @property
    def bridge_values(self) -> dict[str, str]:
        """What the bridge said about itself last, by key."""
        return {} if self.bridge is None else {value.key: value.value for value in self.bridge.values}

    def _on_image(self, message: Any) -> None:
        self.heard.add("image")
        if self.core is None or self.core.is_over:
            return
        now_s = time.monotonic()
        stamp = Time.from_msg(message.header.stamp)
        age_s = (self.get_clock().now() - stamp).nanoseconds * 1e-9
        try:
            translation = self.core.image(stamp.nanoseconds, now_s - age_s, lambda: image_to_rgb(message), now_s)
        except InvalidInput as error:
            self.core.fail(f"an image on {self.image_topic} cannot be used: {error}")
            return
        action = PolicyAction(header=message.header, bank_id=BANK_ID, gripper_opening=0.0)
        length = float(np.linalg.norm(translation))
        action.translation = vector_to_message(translation)
        action.direction = vector_to_message(translation / length if length else translation)
        action.gripper = GripperState(state=GripperState.UNKNOWN)  # what it holds, it goes on holding
        self._actions.publish(action)

    def _on_action(self, message: PolicyAction) -> None:
        if self.core is not None and message.bank_id != BANK_ID:
            self.core.fail(
                "another node published an action in the middle of the check; nobody else may move the robot"
            )

    def _on_command(self, message: BridgeCommand) -> None:
        if self.core is None:
            return
        command = Command(
            stamp_ns=stamp_ns(message.header.stamp),
            requested_base_m=vector_from_message(message.requested_m),
            clipped=tuple(message.clipped),
            stopped=message.stopped,
            reason=message.reason,
        )
        self.core.command(command, time.monotonic())

    def _on_joint_states(self, message: JointState) -> None:
        self.heard.add("joint_states")
        if self.core is not None and len(message.name) == len(message.position):
            positions = dict(zip(message.name, message.position, strict=True))
            self.core.joint_states(positions, time.monotonic())

    def _on_odometry(self, message: Odometry) -> None:
        self.heard.add("odom")
        if self.core is not None:
            self.core.odometry(*planar_pose(message), time.monotonic())

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.name.rpartition("/")[2] == self._bridge_name:
                self.bridge = status

    def _on_tick(self) -> None:
        if self.core is not None:
            self.core.tick(time.monotonic())
