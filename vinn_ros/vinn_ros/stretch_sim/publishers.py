"""What the simulated robot publishes: the driver's topics, the wrist camera and the ground truth."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Odometry
from rclpy.lifecycle import LifecycleNode
from rclpy.time import Time as RclpyTime
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Bool, Header, String

from vinn_msgs.msg import TaskState
from vinn_ros import qos
from vinn_ros.conversions import rgb_to_image
from vinn_ros.parameters import Values
from vinn_ros.stretch_sim import messages
from vinn_ros.stretch_sim.core import RobotSnapshot, SimulatedRobot
from vinn_ros.stretch_sim.overview import OverviewCamera, Pose
from vinn_ros.stretch_sim.real_time_loop import PeriodicJob
from vinn_ros.stretch_sim.stamps import SimulatedStamps
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME, ImageArray
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path

_STATUS_PERIOD_S = 1.0 / 15.0  # the driver's slowest promise for /mode
_TASK_PERIOD_S = 0.1


class DriverPublishers:
    """Publishes from the simulation thread.

    Args:
        node: The node that owns the publishers; they are silent while it is not active.
    """

    def __init__(self, node: LifecycleNode) -> None:
        def publisher(kind: Any, topic: str, profile: Any = qos.STREAM) -> Any:
            return node.create_lifecycle_publisher(kind, topic, profile)

        clock = node.get_clock()
        self._stamps = SimulatedStamps(lambda: int(clock.now().nanoseconds))
        # The driver itself publishes under stretch/; its launch file republishes under the plain name.
        self._joint_states = [publisher(JointState, topic) for topic in ("joint_states", "stretch/joint_states")]
        self._odom = publisher(Odometry, "odom")
        self._mode = publisher(String, "mode")
        self._tool = publisher(String, "tool")
        self._flags = {name: publisher(Bool, name) for name in ("is_homed", "is_runstopped", "is_streaming_position")}
        self._image = publisher(Image, "image_raw", qos.IMAGE)
        self._camera_pose = publisher(PoseStamped, "wrist_camera_pose")
        self._overview = publisher(Image, "overview/image_raw", qos.IMAGE)
        self._task_state = publisher(TaskState, "task_state")
        self._description = publisher(String, "robot_description", qos.LATCHED)
        self._before: RobotSnapshot | None = None
        self._logger = node.get_logger()
        self._camera: OverviewCamera | None = None

    def publish_description(self) -> None:
        """Publish the robot description, for late joiners too."""
        self._description.publish(String(data=description_path(DEFAULT_DESCRIPTION).read_text()))

    def jobs(self, robot: SimulatedRobot, rates: Values) -> tuple[PeriodicJob, ...]:
        """Return what to publish at which rate.

        Args:
            robot: What is published.
            rates: The node's parameters.
        """
        self._before = None
        self.close()
        self._camera = OverviewCamera(self._publish_overview, self._report_overview)
        return (
            PeriodicJob(1.0 / rates["state_rate_hz"], lambda: self._publish_state(robot)),
            PeriodicJob(_STATUS_PERIOD_S, lambda: self._publish_status(robot)),
            PeriodicJob(_TASK_PERIOD_S, lambda: self._publish_task_state(robot)),
            PeriodicJob(1.0 / rates["image_rate_hz"], lambda: self._publish_image(robot)),
            PeriodicJob(1.0 / rates["overview_rate_hz"], lambda: self._ask_for_overview(robot)),
        )

    def close(self) -> None:
        """End what draws beside the simulation."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None

    def _publish_state(self, robot: SimulatedRobot) -> None:
        snapshot = robot.snapshot()
        stamp = self._stamp(snapshot)
        state = messages.joint_state(snapshot, self._before, stamp)
        for publisher in self._joint_states:
            publisher.publish(state)
        self._odom.publish(messages.odometry(snapshot, self._before, stamp))
        self._before = snapshot

    def _publish_status(self, robot: SimulatedRobot) -> None:
        snapshot = robot.snapshot()
        self._mode.publish(String(data=snapshot.mode))
        self._tool.publish(String(data=snapshot.tool))
        for name, publisher in self._flags.items():
            publisher.publish(Bool(data=getattr(snapshot, name)))

    def _publish_task_state(self, robot: SimulatedRobot) -> None:
        self._task_state.publish(messages.task_state(robot.task_state(), self._stamp(robot.snapshot())))

    def _publish_image(self, robot: SimulatedRobot) -> None:
        stamp = self._stamp(robot.snapshot())
        position_m, rotation = robot.wrist_camera_pose()
        self._image.publish(
            rgb_to_image(robot.render_wrist(), Header(stamp=stamp, frame_id=WRIST_CAMERA_OPTICAL_FRAME))
        )
        self._camera_pose.publish(messages.camera_pose(position_m, rotation, stamp))

    def _ask_for_overview(self, robot: SimulatedRobot) -> None:
        if self._camera is None or self._overview.get_subscription_count() == 0:
            return
        snapshot, door_angle_rad = robot.snapshot(), robot.task_state().door_angle_rad
        stamp = self._stamp(snapshot)
        self._camera.show(Pose(robot.scene, snapshot.positions, snapshot.base_position_m, door_angle_rad, stamp))

    def _stamp(self, snapshot: RobotSnapshot) -> Time:
        return RclpyTime(nanoseconds=self._stamps.stamp_ns(snapshot.time_s)).to_msg()

    def _publish_overview(self, picture: ImageArray, stamp: Time) -> None:
        self._overview.publish(rgb_to_image(picture, Header(stamp=stamp, frame_id="odom")))

    def _report_overview(self, error: Exception) -> None:
        self._logger.error(f"no more pictures on overview/image_raw: {error}")
