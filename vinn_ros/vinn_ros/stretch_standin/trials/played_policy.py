"""Plays perception and policy: one action for each usable image, as the two real nodes would send it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from geometry_msgs.msg import Vector3
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from vinn_msgs.msg import GripperState, Neighbor, PolicyAction
from vinn_ros import qos
from vinn_ros.conversions import image_to_rgb
from vinn_ros.stretch_standin.trials.kinds import PolicyFault
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import check_not_blank


class PlayedPolicy:
    """Sends actions of length 1 in one direction.

    Args:
        node: Owns subscription and publisher.
        clock: Monotonic time in seconds.
    """

    def __init__(self, node: Node, clock: Callable[[], float] = time.monotonic) -> None:
        self.direction = (0.0, 0.0, 1.0)
        self.fault: PolicyFault = "none"
        #: When each good action was sent.
        self.sent_s: list[float] = []
        self._clock = clock
        self._old_header: Header | None = None
        self._publisher = node.create_publisher(PolicyAction, "action", qos.STREAM)
        node.create_subscription(Image, "image_raw", self._see, qos.IMAGE)

    def _see(self, image: Image) -> None:
        try:
            pixels = image_to_rgb(image)
            check_not_blank(pixels)
        except InvalidInput:
            return  # as perception: no embedding, and so no action
        action = self.action(image.header, float(np.asarray(pixels, dtype=np.float64).mean()))
        if action is None:
            return
        self._publisher.publish(action)
        if self.fault == "none":
            self.sent_s.append(self._clock())

    def action(self, header: Header, distance: float) -> PolicyAction | None:
        """Return the action for an image, or None where the policy is silent.

        Args:
            header: Of the image.
            distance: Stands for the distance to the nearest neighbour: a function of the pixels alone.
        """
        if self.fault == "silent":
            return None
        if self.fault == "none" or self._old_header is None:
            self._old_header = header
        x, y, z = self.direction
        message = PolicyAction(header=header, translation=Vector3(x=x, y=y, z=z), direction=Vector3(x=x, y=y, z=z))
        message.gripper.state = GripperState.OPEN
        message.gripper_opening = 1.0
        message.neighbors = [Neighbor(distance=distance, weight=1.0)]
        if self.fault == "nan":
            message.translation.x = math.nan
        elif self.fault == "too_long":
            message.translation.z = 1e6
        elif self.fault == "hold":
            message.hold, message.hold_reason = True, "unfamiliar image"
        elif self.fault == "wrong_frame":
            message.header = Header(stamp=header.stamp, frame_id="map")
        elif self.fault == "old_image":
            message.header = self._old_header
        return message
