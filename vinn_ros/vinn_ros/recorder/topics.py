"""What is recorded, with which quality of service."""

from __future__ import annotations

from typing import Any, NamedTuple

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Odometry
from rcl_interfaces.msg import ParameterEvent
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image, JointState
from std_msgs.msg import Float64MultiArray, String

from vinn_msgs.msg import BankState, BridgeCommand, Embedding, PolicyAction, TaskState
from vinn_ros import qos

IMAGES = ("raw", "compressed")


class RecordedTopic(NamedTuple):
    """One topic of a recording.

    Attributes:
        name: Relative, so that it can be remapped, or absolute.
        message_type: Message class.
        profile: Quality of service.
        is_watched: Whether a pause in it spoils a demonstration.
        is_latched: Whether what was published before the recording belongs to it.
    """

    name: str
    message_type: Any
    profile: QoSProfile
    is_watched: bool = False
    is_latched: bool = False

    @property
    def type_name(self) -> str:
        """The type as bags name it, "package/msg/Name"."""
        return f"{self.message_type.__module__.split('.')[0]}/msg/{self.message_type.__name__}"


_RAW = RecordedTopic("image_raw", Image, qos.RECORDED_IMAGE, is_watched=True)
_COMPRESSED = RecordedTopic("image_raw/compressed", CompressedImage, qos.RECORDED_IMAGE, is_watched=True)

_OTHERS = (
    RecordedTopic("embedding", Embedding, qos.RECORDED_STREAM),
    RecordedTopic("action", PolicyAction, qos.RECORDED_STREAM),
    # Which demonstrations each version of the bank had that an action names.
    RecordedTopic("bank", BankState, qos.RECORDED_LATCHED, is_latched=True),
    RecordedTopic("command", BridgeCommand, qos.RECORDED_STREAM),
    RecordedTopic("task_state", TaskState, qos.RECORDED_STREAM),
    RecordedTopic("joint_states", JointState, qos.RECORDED_STATE, is_watched=True),
    RecordedTopic("odom", Odometry, qos.RECORDED_STATE, is_watched=True),
    RecordedTopic("mode", String, qos.RECORDED_STATE),
    RecordedTopic("tool", String, qos.RECORDED_STATE),
    # What was sent to the driver, by whomever: holds the gripper command of a robot that is driven by hand.
    RecordedTopic("joint_pose_cmd", Float64MultiArray, qos.RECORDED_STREAM),
    # The simulator's ground truth.
    RecordedTopic("wrist_camera_pose", PoseStamped, qos.RECORDED_STREAM),
    RecordedTopic("robot_description", String, qos.LATCHED, is_latched=True),
    RecordedTopic("/diagnostics", DiagnosticArray, qos.RECORDED_STREAM),
    RecordedTopic("/parameter_events", ParameterEvent, qos.RECORDED_STREAM),
)


def recorded_topics(images: str) -> tuple[RecordedTopic, ...]:
    """Return what to record.

    Args:
        images: One of IMAGES: the camera's images as they are, or as its driver compresses them.
    """
    return (_RAW if images == "raw" else _COMPRESSED, *_OTHERS, *_transforms())


def _transforms() -> tuple[RecordedTopic, ...]:
    """Return the topics of transforms, where their message type is installed (every ROS installation has it)."""
    try:
        from tf2_msgs.msg import TFMessage
    except ImportError:
        return ()
    return (
        RecordedTopic("/tf", TFMessage, qos.RECORDED_STATE),
        RecordedTopic("/tf_static", TFMessage, qos.RECORDED_LATCHED, is_latched=True),
    )
