"""Lifecycle node: actions in, commands of the Stretch driver out. The only node that moves the robot."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.time import Time
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Header, String
from std_srvs.srv import SetBool

from vinn_msgs.msg import BridgeCommand, GripperState, PolicyAction
from vinn_ros import diagnostics, qos
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.loss_counter import HAS_MESSAGE_INFO, LossCounter
from vinn_ros.parameters import Values
from vinn_ros.stretch_bridge import messages
from vinn_ros.stretch_bridge.contact import ContactLimits, efforts_text
from vinn_ros.stretch_bridge.core import BridgeCore, Move, Stop
from vinn_ros.stretch_bridge.description import TOPIC, DescriptionWatch
from vinn_ros.stretch_bridge.episode_server import EpisodeServer
from vinn_ros.stretch_bridge.episode_settings import PARAMETERS as EPISODE_PARAMETERS
from vinn_ros.stretch_bridge.episode_settings import episode_settings
from vinn_ros.stretch_bridge.kinematics import BridgeKinematics
from vinn_ros.stretch_bridge.outputs.choose import make_output
from vinn_ros.stretch_bridge.outputs.driver_link import DriverLink
from vinn_ros.stretch_bridge.settings import PARAMETERS, bridge_config, check, max_efforts, output_config
from vinn_ros.stretch_bridge.tally import CommandTally
from vinn_training.exceptions import InvalidInput, VinnError

_TICK_S = 0.02
#: How long the end of the process may wait for the driver's middleware to confirm the last stop.
_LAST_STOP_S = 0.3
#: How long an active bridge waits for the robot's own description before it moves by another.
_DESCRIPTION_S = 2.0


class StretchBridgeNode(BaseLifecycleNode):
    """Moves the robot only while active and enabled; stops it, and says why, on anything stale or surprising."""

    def __init__(self) -> None:
        self._core: BridgeCore | None = None
        super().__init__("stretch_bridge", (*PARAMETERS, *EPISODE_PARAMETERS))
        values = self.parameters.values
        check(values)  # a mistake in a parameter file is told at the start
        episode_settings(values)
        self._kinematics: BridgeKinematics | None = None
        self._description = DescriptionWatch(
            values["use_robot_description"] and not values["urdf_path"], _DESCRIPTION_S
        )
        self._description_refusal = ""
        self._has_moved = False
        self._contact = ContactLimits(max_efforts(values))
        self._efforts: dict[str, float] = {}
        self._tally = CommandTally()
        self._header, self._gripper = Header(), GripperState()
        # One group: the core sees one event at a time, whatever the executor.
        self._group = MutuallyExclusiveCallbackGroup()
        self._driver = make_output(self, self._group, output_config(values))
        self._link = DriverLink(self._driver, values["interface"])
        self._command = self.create_lifecycle_publisher(BridgeCommand, "command", qos.STREAM)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._losses = LossCounter()
        hear: Any = self._hear_action if HAS_MESSAGE_INFO else self._on_action
        self._listen(PolicyAction, "action", hear, qos.STREAM)
        self._listen(JointState, "joint_states", self._on_joint_states)
        self._listen(Odometry, "odom", self._on_odometry)
        self._listen(String, "mode", self._on_mode)
        self._listen(String, "tool", lambda m: self._set_status("tool", m.data))
        self._listen(Bool, "is_homed", lambda m: self._set_status("is_homed", m.data))
        self._listen(Bool, "is_runstopped", lambda m: self._set_status("is_runstopped", m.data))
        self._listen(Bool, "is_streaming_position", lambda m: self._set_status("is_streaming", m.data))
        self._listen(String, "robot_description", self._on_description, qos.LATCHED)
        self.create_service(SetBool, "~/enable", self._on_enable, callback_group=self._group)
        self._episodes = EpisodeServer(
            self,
            self._group,
            core=lambda: self._core if self.is_active else None,
            refusal=self._refusal,
            settings=lambda: episode_settings(self.parameters.values),
            send_stop=self._send_stop,
            clock=time.monotonic,
        )
        self.create_timer(_TICK_S, self._on_tick, callback_group=self._group)
        self.create_timer(1.0, self._report, callback_group=self._group)

    def _listen(self, kind: Any, topic: str, callback: Callable[[Any], None], profile: Any = qos.ROBOT_STATE) -> None:
        self.create_subscription(kind, topic, callback, profile, callback_group=self._group)

    def configure(self) -> None:
        values = self.parameters.values
        self._kinematics = BridgeKinematics(values, self._description.xml)
        self._core = BridgeCore(
            self._kinematics, bridge_config(values, self._kinematics.tools), self._driver.needs, values["set_up_driver"]
        )
        self._description_refusal, self._has_moved = "", False
        self._core.contact = self._contact
        self._efforts = {}
        self._tally = CommandTally()
        self.get_logger().info(f"robot description: {self._kinematics.chosen.source}")

    def activate(self) -> None:
        assert self._core is not None
        self._losses = LossCounter()
        now_s = time.monotonic()
        self._core.begin_setup(now_s)
        self._description.start(now_s)
        if self.parameters["enabled_on_start"]:
            self._core.enable(now_s)
        else:
            self.get_logger().info("motion is not enabled; call ~/enable to allow it")

    def deactivate(self) -> None:
        if self._core is None:
            return
        self._episodes.abort("the bridge was deactivated")
        self._send_stop(self._core.disable("the bridge was deactivated", time.monotonic()))
        self._driver.flush(_LAST_STOP_S)

    def cleanup(self) -> None:
        self._core = None

    def apply_parameters(self, values: Values) -> None:
        episode_settings(values)
        if self._core is None or self._kinematics is None:
            check(values)
        else:
            config = bridge_config(values, self._kinematics.tools)
            self._kinematics.change(values, may_rebuild=self._core.state == "disabled")
            self._core.config = config
        self._contact.max_efforts = max_efforts(values)

    def _on_description(self, message: String) -> None:
        if not self._description.hear(message.data) or self._core is None or self._kinematics is None:
            return
        has_moved = self._has_moved or self._core.state == "moving"
        if has_moved and not self._kinematics.uses(message.data):
            reason = f"another robot description came on {TOPIC}; enable the bridge again to go on with it"
            self._send_stop(self._core.disable(reason, time.monotonic()))
        values = self.parameters.values
        try:
            self._kinematics.load(values, message.data)
        except VinnError as error:
            self._description_refusal = str(error)
            self._send_stop(self._core.disable(self._description_refusal, time.monotonic()))
            return
        self._description_refusal = ""
        self._core.config = bridge_config(values, self._kinematics.tools)
        self.get_logger().info(f"robot description: {self._kinematics.chosen.source}")

    def _hear_action(self, message: PolicyAction, info: dict[str, Any]) -> None:
        if self.is_active:
            self._losses.saw(info.get("publication_sequence_number"))
        self._on_action(message)

    def _on_action(self, message: PolicyAction) -> None:
        if not self.is_active or self._core is None:
            return
        if self._description.waiting(time.monotonic()):
            return
        self._header, self._gripper = message.header, message.gripper
        image_age_s = (self.get_clock().now() - Time.from_msg(message.header.stamp)).nanoseconds * 1e-9
        result = self._core.action(messages.action_input(message, image_age_s), time.monotonic())
        if isinstance(result, Move):
            self._send_move(result)
        elif result is not None:
            self._send_stop(result)
        self._episodes.acted(message, isinstance(result, Move))

    def _on_joint_states(self, message: JointState) -> None:
        if self._core is None:
            return
        try:
            if len(message.name) != len(message.position):
                raise InvalidInput(f"{len(message.name)} names and {len(message.position)} positions; expected as many")
            names = self._driver.joint_names(message.name)
            if len(message.effort) == len(names):
                self._efforts |= dict(zip(names, message.effort, strict=True))
            positions = dict(zip(names, message.position, strict=True))
            self._core.joint_states(positions, time.monotonic(), self._efforts)
            self._driver.joint_states(positions)  # refused ones do not come here
        except InvalidInput as error:
            self.get_logger().error(f"joint states not used: {error}", throttle_duration_sec=2.0)

    def _on_odometry(self, message: Odometry) -> None:
        if self._core is None:
            return
        try:
            self._core.odometry(*messages.planar_pose(message), time.monotonic())
        except InvalidInput as error:
            self.get_logger().error(f"odometry not used: {error}", throttle_duration_sec=2.0)

    def _on_mode(self, message: String) -> None:
        self._set_status("mode", message.data)
        self._set_status("heard_s", time.monotonic())

    def _set_status(self, name: str, value: Any) -> None:
        if self._core is not None:
            setattr(self._core.status, name, value)

    def _refusal(self) -> str | None:
        """Return why motion must not be allowed, or None."""
        return self._description_refusal or self._driver.refusal()

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        if not self.is_active or self._core is None:
            response.success, response.message = False, "the bridge is not active"
            return response
        refusal = self._refusal()
        if request.data and refusal:
            response.success, response.message = False, refusal
            return response
        if request.data:
            self._has_moved = self._has_moved and self._core.state != "disabled"
            self._core.enable(time.monotonic())
        else:
            self._send_stop(self._core.disable("disabled by ~/enable", time.monotonic()))
        response.success = not request.data or self._core.state != "paused"  # a pause ends with ~/resume alone
        response.message = self._core.reason or self._core.state
        return response

    def _on_tick(self) -> None:
        if not self.is_active or self._core is None:
            return
        now_s = time.monotonic()
        self._link.poll(self._core.status)
        service = self._core.next_service(now_s)
        if service is not None:
            self._driver.call(service)
        result = self._core.tick(now_s)
        if isinstance(result, Move):
            self._send_move(result)
        elif result is not None:
            self._send_stop(result)
        if not self._description.waiting(now_s):
            self._episodes.tick()

    def _send_move(self, move: Move) -> None:
        assert self._core is not None
        try:
            sent = self._driver.send(move.values, self._core.status.tool)
        except InvalidInput as error:
            self._send_stop(self._core.disable(f"the motion cannot be sent: {error}", time.monotonic()))
            return
        self._has_moved = True
        self._tally.move(move)
        sent_at = self.get_clock().now().to_msg()
        self._command.publish(messages.move_message(move, sent, self._gripper, self._header, sent_at))

    def _send_stop(self, stop: Stop) -> None:
        assert self._core is not None
        self._tally.stop(stop)
        if not stop.announce_only:
            self._driver.hold(stop.values, self._core.status)
        self._command.publish(messages.stop_message(stop, self._header, self.get_clock().now().to_msg()))
        if stop.announce_only:  # new reasons may come with every action
            self.get_logger().warning(f"still stopped: {stop.reason}", throttle_duration_sec=1.0)
        else:
            self.get_logger().warning(f"stopped: {stop.reason}")

    def _report(self) -> None:
        level, text = diagnostics.WARN, "not active"
        values: dict[str, object] = {}
        if self.is_active and self._core is not None:
            core = self._core
            level = diagnostics.OK if core.state in ("ready", "moving") else diagnostics.WARN
            text = f"{core.state}: {core.reason}" if core.reason else core.state
            values = {
                "state": core.state,
                "reason": core.reason,
                "last_motion": core.last_motion_end,
                "episode": self._episodes.description,
                "actions_lost": self._losses.lost if HAS_MESSAGE_INFO else "unknown",
                "subscribers": self._command.get_subscription_count(),
            }
            driver = self._link.report(core.setup, core.status, time.monotonic())
            values |= {**driver, **self._kinematics_values()}
            if driver["warning"]:
                level, text = diagnostics.WARN, f"{text}; {driver['warning']}"
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(diagnostics.diagnostic_array(stamp, self.get_name(), level, text, values))

    def _kinematics_values(self) -> dict[str, object]:
        assert self._kinematics is not None
        waiting = self._description.waiting(time.monotonic())
        return {
            "robot_description": self._description_refusal or waiting or self._kinematics.chosen.source,
            "kinematics_for": " or ".join(self._kinematics.tools) or "a tool that is not known",
            "effort": efforts_text(self._efforts),
            **self._tally.values(),
        }
