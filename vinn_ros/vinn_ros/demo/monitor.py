"""Watches one episode over ROS: counts steps, measures latency, and keeps what the video and the report need."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import Image, JointState

from vinn_msgs.msg import BridgeCommand, PolicyAction, TaskState
from vinn_ros import qos
from vinn_ros.conversions import image_to_rgb, stamp_ns
from vinn_ros.run_episode.client import EpisodeOutcome
from vinn_ros.stretch_bridge.episode import OVER
from vinn_training.contracts import ImageArray


@dataclass(frozen=True)
class Step:
    """One motion the bridge commanded, with the action it answered.

    Attributes:
        action: The policy's message, with its neighbours.
        command: What the bridge sent.
        door_angle_deg: Hinge angle when it was sent.
    """

    action: PolicyAction
    command: BridgeCommand
    door_angle_deg: float


@dataclass(frozen=True)
class Moment:
    """The state of everything at one moment, for one frame of the film.

    Attributes:
        joint_positions: By the driver's names, metres and radians.
        base_m: Base position along its x axis.
        door_angle_rad: Hinge angle.
        wrist: The wrist camera's newest picture, (H, W, 3) uint8 RGB.
        action: The newest action.
        steps: Motions commanded so far.
    """

    joint_positions: dict[str, float]
    base_m: float
    door_angle_rad: float
    wrist: ImageArray
    action: PolicyAction
    steps: int


@dataclass
class EpisodeLog:
    """What one episode left behind.

    Attributes:
        steps: Motions in order.
        moments: What the film shows, at a steady rate.
        stops: Reasons of the stops the bridge commanded, the one at the episode's end left out.
        latency_ms: Image stamp to command, one per motion.
        door_angle_deg: Largest hinge angle.
        handle_grasped: Whether both fingers ever touched the handle.
        frames: Perception's own counts, by their names in /diagnostics.
        scene: Name of the scene.
        outcome: How the bridge ended the episode, None where it never began.
    """

    steps: list[Step] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    door_angle_deg: float = 0.0
    handle_grasped: bool = False
    frames: dict[str, str] = field(default_factory=dict)
    scene: str = ""
    outcome: EpisodeOutcome | None = None


class EpisodeMonitor(Node):
    """Subscribes to everything worth knowing about an episode.

    Args:
        film_rate_hz: Moments kept a second, from the first motion on.
    """

    def __init__(self, film_rate_hz: float) -> None:
        super().__init__("episode_monitor")
        self.log = EpisodeLog()
        self._wrist: ImageArray | None = None
        self._action: PolicyAction | None = None
        self._actions: dict[int, PolicyAction] = {}
        self._unmatched: dict[int, BridgeCommand] = {}
        self._listeners = {"policy": 0, "stretch_bridge": 0}
        self._joints: dict[str, float] = {}
        self._base_m = 0.0
        self._door_angle_rad = 0.0
        self.create_subscription(PolicyAction, "action", self._take_action, qos.STREAM)
        self.create_subscription(BridgeCommand, "command", self._take_command, qos.STREAM)
        self.create_subscription(TaskState, "task_state", self._take_state, qos.STREAM)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._take_diagnostics, qos.STREAM)
        self.create_subscription(Image, "image_raw", self._take_wrist, qos.IMAGE)
        self.create_subscription(JointState, "joint_states", self._take_joints, qos.ROBOT_STATE)
        self.create_subscription(Odometry, "odom", self._take_odometry, qos.ROBOT_STATE)
        self.create_timer(1.0 / film_rate_hz, self._keep_moment)

    @property
    def is_ready(self) -> bool:
        """Whether the policy answers, and nothing that it or the bridge says from now on will be missed."""
        # The policy has the bridge and us to tell, the bridge has us.
        return self._action is not None and self._listeners["policy"] >= 2 and self._listeners["stretch_bridge"] >= 1

    def _take_action(self, message: PolicyAction) -> None:
        self._action = message
        self._actions[stamp_ns(message.header.stamp)] = message
        while len(self._actions) > 200:
            del self._actions[next(iter(self._actions))]
        command = self._unmatched.pop(stamp_ns(message.header.stamp), None)
        if command is not None:
            self._take_command(command)

    def _take_command(self, message: BridgeCommand) -> None:
        if message.stopped:
            if not message.reason.startswith(OVER):
                self.log.stops.append(message.reason)
            return
        action = self._actions.get(stamp_ns(message.header.stamp))
        if action is None:  # of two topics, the later word may be heard first
            self._unmatched[stamp_ns(message.header.stamp)] = message
            return
        elapsed_ns = stamp_ns(message.sent_at) - stamp_ns(message.header.stamp)
        self.log.latency_ms.append(elapsed_ns * 1e-6)
        self.log.steps.append(Step(action, message, self.log.door_angle_deg))

    def _take_state(self, message: TaskState) -> None:
        self._door_angle_rad = message.door_angle_rad
        self.log.door_angle_deg = max(self.log.door_angle_deg, math.degrees(message.door_angle_rad))
        self.log.handle_grasped |= message.handle_grasped
        self.log.scene = message.scene

    def _take_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.name == "perception":
                self.log.frames = {item.key: item.value for item in status.values}
            for item in status.values:
                if status.name in self._listeners and item.key == "subscribers":
                    self._listeners[status.name] = int(item.value)

    def _take_wrist(self, message: Image) -> None:
        self._wrist = image_to_rgb(message)

    def _take_joints(self, message: JointState) -> None:
        self._joints = dict(zip(message.name, message.position, strict=True))

    def _take_odometry(self, message: Odometry) -> None:
        self._base_m = message.pose.pose.position.x

    def _keep_moment(self) -> None:
        if self.log.steps and self._wrist is not None and self._action is not None:
            self.log.moments.append(
                Moment(
                    joint_positions=self._joints,
                    base_m=self._base_m,
                    door_angle_rad=self._door_angle_rad,
                    wrist=self._wrist,
                    action=self._action,
                    steps=len(self.log.steps),
                )
            )
