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

from vinn_msgs.msg import BridgeCommand, PolicyAction
from vinn_ros import diagnostics, qos
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.parameters import Values
from vinn_ros.stretch_bridge import messages
from vinn_ros.stretch_bridge.core import BridgeCore, Move, Stop
from vinn_ros.stretch_bridge.driver_client import DriverClient
from vinn_ros.stretch_bridge.settings import PARAMETERS, bridge_config, controller_config
from vinn_training.exceptions import InvalidInput, MissingDependency

_TICK_S = 0.02
#: How long the end of the process may wait for the driver's middleware to confirm the last stop.
_LAST_STOP_S = 0.3


class StretchBridgeNode(BaseLifecycleNode):
    """Moves the robot only while active and enabled; stops it, and says why, on anything stale or surprising."""

    def __init__(self) -> None:
        self._core: BridgeCore | None = None
        super().__init__("stretch_bridge", PARAMETERS)
        controller_config(self.parameters.values)  # a mistake in a parameter file is told at the start
        self._header = Header()
        # One group: the core sees one event at a time, whatever the executor.
        self._group = MutuallyExclusiveCallbackGroup()
        self._driver = DriverClient(self, self._group)
        self._command = self.create_lifecycle_publisher(BridgeCommand, "command", qos.STREAM)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._listen(PolicyAction, "action", self._on_action, qos.STREAM)
        self._listen(JointState, "joint_states", self._on_joint_states)
        self._listen(Odometry, "odom", self._on_odometry)
        self._listen(String, "mode", self._on_mode)
        self._listen(String, "tool", lambda m: self._set_status("tool", m.data))
        self._listen(Bool, "is_homed", lambda m: self._set_status("is_homed", m.data))
        self._listen(Bool, "is_runstopped", lambda m: self._set_status("is_runstopped", m.data))
        self._listen(Bool, "is_streaming_position", lambda m: self._set_status("is_streaming", m.data))
        self.create_service(SetBool, "~/enable", self._on_enable, callback_group=self._group)
        self.create_timer(_TICK_S, self._on_tick, callback_group=self._group)
        self.create_timer(1.0, self._report, callback_group=self._group)

    def _listen(self, kind: Any, topic: str, callback: Callable[[Any], None], profile: Any = qos.ROBOT_STATE) -> None:
        self.create_subscription(kind, topic, callback, profile, callback_group=self._group)

    def configure(self) -> None:
        try:
            from vinn_training.kinematics.controller import CartesianController
        except ImportError as error:
            raise MissingDependency(
                f"inverse kinematics is missing ({error}); install it with: pip install 'vinn_training[kinematics]'"
            ) from error
        values = self.parameters.values
        self._core = BridgeCore(CartesianController(controller_config(values)), bridge_config(values))

    def activate(self) -> None:
        assert self._core is not None
        now_s = time.monotonic()
        self._core.begin_setup(now_s)
        if self.parameters["enabled_on_start"]:
            self._core.enable(now_s)
        else:
            self.get_logger().info("motion is not enabled; call ~/enable to allow it")

    def deactivate(self) -> None:
        if self._core is None:
            return
        self._send_stop(self._core.disable("the bridge was deactivated", time.monotonic()))
        self._driver.flush(_LAST_STOP_S)

    def cleanup(self) -> None:
        self._core = None

    def apply_parameters(self, values: Values) -> None:
        config = bridge_config(values)
        if self._core is not None:
            self._core.config = config

    def _on_action(self, message: PolicyAction) -> None:
        if not self.is_active or self._core is None:
            return
        self._header = message.header
        image_age_s = (self.get_clock().now() - Time.from_msg(message.header.stamp)).nanoseconds * 1e-9
        result = self._core.action(messages.action_input(message, image_age_s), time.monotonic())
        if isinstance(result, Move):
            self._send_move(result, message)
        elif result is not None:
            self._send_stop(result)

    def _on_joint_states(self, message: JointState) -> None:
        if self._core is None:
            return
        try:
            if len(message.name) != len(message.position):
                raise InvalidInput(f"{len(message.name)} names and {len(message.position)} positions; expected as many")
            self._core.joint_states(dict(zip(message.name, message.position, strict=True)), time.monotonic())
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

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        if not self.is_active or self._core is None:
            response.success, response.message = False, "the bridge is not active"
            return response
        if request.data:
            self._core.enable(time.monotonic())
        else:
            self._send_stop(self._core.disable("disabled by ~/enable", time.monotonic()))
        response.success, response.message = True, self._core.reason or self._core.state
        return response

    def _on_tick(self) -> None:
        if not self.is_active or self._core is None:
            return
        now_s = time.monotonic()
        service = self._core.next_service(now_s)
        if service is not None:
            self._driver.call(service)
        stop = self._core.tick(now_s)
        if stop is not None:
            self._send_stop(stop)

    def _send_move(self, move: Move, action: PolicyAction) -> None:
        assert self._core is not None
        tool = self._core.status.tool or ""
        self._driver.send(move.values, tool)
        sent_at = self.get_clock().now().to_msg()
        self._command.publish(messages.move_message(move, tool, action.gripper, action.header, sent_at))

    def _send_stop(self, stop: Stop) -> None:
        assert self._core is not None
        if not stop.announce_only:
            self._driver.hold(stop, self._core.status)
        self._command.publish(messages.stop_message(stop, self._header, self.get_clock().now().to_msg()))
        if stop.announce_only:  # new reasons may come with every action
            self.get_logger().warning(f"still stopped: {stop.reason}", throttle_duration_sec=1.0)
        else:
            self.get_logger().warning(f"stopped: {stop.reason}")

    def _report(self) -> None:
        level, text, values = diagnostics.WARN, "not active", {}
        if self.is_active and self._core is not None:
            core = self._core
            level = diagnostics.OK if core.state in ("ready", "moving") else diagnostics.WARN
            text = f"{core.state}: {core.reason}" if core.reason else core.state
            values = {"state": core.state, "reason": core.reason, "last_motion": core.last_motion_end}
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(diagnostics.diagnostic_array(stamp, self.get_name(), level, text, values))
