"""What the stand-in publishes: the driver's topics and the wrist camera, as far as the faults let it."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Time
from nav_msgs.msg import Odometry
from rclpy.time import Time as RclpyTime
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Header, String

from vinn_ros import qos
from vinn_ros.image_publisher import ImagePublisher
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.parameters import Values
from vinn_ros.stretch_sim import messages
from vinn_ros.stretch_sim.core import RobotSnapshot
from vinn_ros.stretch_sim.real_time_loop import PeriodicJob
from vinn_ros.stretch_standin.core import StandinCore
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path

_STATUS_PERIOD_S = 1.0 / 15.0  # the driver's slowest promise for /mode
_FLAGS = ("is_homed", "is_runstopped", "is_streaming_position")
#: How often an image that was delayed may arrive.
_ARRIVAL_PERIOD_S = 0.005


class StandinPublishers:
    """Publishes from the thread of the real-time loop.

    Args:
        node: The node that owns the publishers; they are silent while it is not active.
    """

    def __init__(self, node: BaseLifecycleNode) -> None:
        def publisher(kind: Any, topic: str, profile: Any = qos.STREAM) -> Any:
            return node.create_lifecycle_publisher(kind, topic, profile)

        self._clock = node.get_clock()
        # The driver itself publishes under stretch/; its launch file republishes under the plain name.
        self._joint_states = [publisher(JointState, topic) for topic in ("joint_states", "stretch/joint_states")]
        self._odom = publisher(Odometry, "odom")
        self._mode = publisher(String, "mode")
        self._tool = publisher(String, "tool")
        self._flags = {name: publisher(Bool, name) for name in _FLAGS}
        self._images = ImagePublisher(node, node.parameters["jpeg_quality"])
        self._description = publisher(String, "robot_description", qos.LATCHED)
        self._joints_before: RobotSnapshot | None = None
        self._odometry_before: RobotSnapshot | None = None

    def publish_description(self) -> None:
        """Publish the robot description, for late joiners too.

        Raises:
            MissingDependency: If it is not installed.
        """
        self._description.publish(String(data=description_path(DEFAULT_DESCRIPTION).read_text()))

    def jobs(self, core: StandinCore, rates: Values) -> tuple[PeriodicJob, ...]:
        """Return what to publish at which rate.

        Args:
            core: What is published.
            rates: The node's parameters.
        """
        self._joints_before = self._odometry_before = None
        return (
            PeriodicJob(1.0 / rates["image_rate_hz"], lambda: self._take_image(core)),
            PeriodicJob(_ARRIVAL_PERIOD_S, lambda: self._publish_images(core)),
            PeriodicJob(1.0 / rates["state_rate_hz"], lambda: self._publish_state(core)),
            PeriodicJob(_STATUS_PERIOD_S, lambda: self._publish_status(core)),
        )

    def _take_image(self, core: StandinCore) -> None:
        core.take_image(int(self._clock.now().nanoseconds))
        self._publish_images(core)  # one that nothing delays is there at once

    def _publish_images(self, core: StandinCore) -> None:
        for frame in core.due_images():
            stamp = RclpyTime(nanoseconds=frame.stamp_ns).to_msg()
            self._images.publish(frame.pixels, Header(stamp=stamp, frame_id=WRIST_CAMERA_OPTICAL_FRAME))

    def _publish_state(self, core: StandinCore) -> None:
        stamp = self._stamp(core)
        here = core.joint_states()
        if here is not None:
            message = messages.joint_state(here, self._joints_before, stamp)
            for publisher in self._joint_states:
                publisher.publish(message)
            self._joints_before = here
        here = core.odometry()
        if here is not None:
            self._odom.publish(messages.odometry(here, self._odometry_before, stamp))
            self._odometry_before = here

    def _publish_status(self, core: StandinCore) -> None:
        here = core.status()
        if here is None:
            return
        self._mode.publish(String(data=here.mode))
        self._tool.publish(String(data=here.tool))
        for name, publisher in self._flags.items():
            publisher.publish(Bool(data=getattr(here, name)))

    def _stamp(self, core: StandinCore) -> Time:
        offset_ns = round(core.faults.stamp_offset_s * 1e9)
        return RclpyTime(nanoseconds=int(self._clock.now().nanoseconds) + offset_ns).to_msg()
