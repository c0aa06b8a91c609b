"""Lifecycle node: a stand-in Stretch for tests, with the topics and services of its driver, and faults to switch on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Twist
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.parameter import Parameter
from rclpy.task import Future
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import SetBool, Trigger
from trajectory_msgs.msg import JointTrajectory

from vinn_ros import diagnostics, qos
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.parameters import Values
from vinn_ros.stretch_sim.driver_services import TRIGGERS
from vinn_ros.stretch_sim.real_time_loop import RealTimeLoop
from vinn_ros.stretch_standin.action_server import StandinActionServer, action_type
from vinn_ros.stretch_standin.core import Action, StandinCore
from vinn_ros.stretch_standin.faults import HEALTHY
from vinn_ros.stretch_standin.picture import SyntheticCamera
from vinn_ros.stretch_standin.publishers import StandinPublishers
from vinn_ros.stretch_standin.settings import PARAMETERS, PREFIX, faults_from
from vinn_training.sim.driver import Outcome
from vinn_training.sim.driver_config import DriverConfig

#: Resolution of the measured motion.
_CONTROL_PERIOD_S = 0.005


class StretchStandinNode(BaseLifecycleNode):
    """Moves as its driver is told while active; a client cannot tell it from the robot, but for what faults do.

    `~/reset` puts the robot back to its start and empties the journal, `~/clear_faults` ends all faults, `~/journal`
    answers what the stand-in was told and did, as JSON. Several faults at once: `set_parameters_atomically`.
    """

    def __init__(self) -> None:
        self._core: StandinCore | None = None
        super().__init__("stretch_standin", PARAMETERS)
        faults_from(self.parameters.values)
        self._loop: RealTimeLoop | None = None
        self._failure = ""
        self._refusal = ""
        self._outputs = StandinPublishers(self)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self.create_subscription(Float64MultiArray, "joint_pose_cmd", self._joint_pose_command, qos.STREAM)
        self.create_subscription(Twist, "stretch/cmd_vel", self._velocity_command, qos.STREAM)
        # A late answer is awaited; in a group of one at a time nothing else would be answered meanwhile.
        self._driver_group = ReentrantCallbackGroup()
        for name, action in TRIGGERS.items():
            self._serve(Trigger, name, _always(action))
        self._serve(SetBool, "runstop", lambda request: lambda driver: driver.runstop(request.data))
        kind = action_type()
        if kind is not None:  # not part of every ROS installation, and in no wheel
            self._action_server = StandinActionServer(self, kind, self._active_core, self._pass, self._driver_group)
        self.create_subscription(
            JointTrajectory, "joint_trajectory_controller/joint_trajectory", self._trajectory, qos.STREAM
        )
        self.create_service(Trigger, "~/reset", self._reset)
        self.create_service(Trigger, "~/clear_faults", self._clear_faults)
        self.create_service(Trigger, "~/journal", self._journal)
        self.create_timer(1.0, self._report)

    def configure(self) -> None:
        values = self.parameters
        camera = SyntheticCamera(values["seed"], values["image_height"], values["image_width"])
        driver = DriverConfig(tool=values["tool"], homed=values["homed"], control_period_s=_CONTROL_PERIOD_S)
        self._core = StandinCore(driver, camera, values["seed"])
        self._core.set_faults(faults_from(values.values))

    def activate(self) -> None:
        assert self._core is not None
        core = self._core
        self._failure = ""
        self._outputs.publish_description()
        jobs = self._outputs.jobs(core, self.parameters.values)
        self._loop = RealTimeLoop(lambda _: core.advance(), jobs, self._stopped_by)
        self._loop.start()

    def deactivate(self) -> None:
        if self._loop is not None:
            self._loop.close()
            self._loop = None

    def cleanup(self) -> None:
        self._core = None

    def apply_parameters(self, values: Values) -> None:
        faults = faults_from(values)
        if self._core is not None:
            self._core.set_faults(faults)

    def _stopped_by(self, error: Exception) -> None:
        self._failure = f"a bug: {type(error).__name__}: {error}"
        self.get_logger().error(f"the stand-in stopped: {self._failure}")

    def _joint_pose_command(self, message: Float64MultiArray) -> None:
        self._drive(lambda core: core.joint_pose_command(message.data))

    def _trajectory(self, message: JointTrajectory) -> None:
        points = [point.positions for point in message.points]
        self._drive(lambda core: core.trajectory(message.joint_names, points))

    def _active_core(self) -> StandinCore | None:
        return self._core if self.is_active else None

    def _velocity_command(self, message: Twist) -> None:
        self._drive(lambda core: core.velocity_command(message.linear.x, message.angular.z))

    def _drive(self, command: Callable[[StandinCore], Outcome]) -> None:
        if not self.is_active or self._core is None:
            return
        outcome = command(self._core)
        if outcome.success:
            self._refusal = ""
        elif outcome.message != self._refusal:  # once each: commands come at tens of hertz
            self._refusal = outcome.message
            self.get_logger().error(outcome.message)

    def _serve(self, kind: Any, name: str, action_for: Callable[[Any], Action]) -> None:
        """Offer one of the driver's services."""

        async def answer(request: Any, response: Any) -> Any:
            if not self.is_active or self._core is None:
                response.success, response.message = False, "the stand-in is not active"
                return response
            await self._pass(self._core.faults.service_latency_s)
            outcome = self._core.service(name, action_for(request))
            response.success, response.message = outcome.success, outcome.message
            return response

        self.create_service(kind, name, answer, callback_group=self._driver_group)

    async def _pass(self, duration_s: float) -> None:
        """Let time pass without holding up the topics, or the other services."""
        if duration_s <= 0.0:
            return
        over: Future = Future()
        timer = self.create_timer(duration_s, lambda: over.set_result(None), callback_group=self._driver_group)
        try:
            await over
        finally:
            self.destroy_timer(timer)

    def _reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._respond(response, lambda core: core.reset(), "at its start")

    def _journal(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._respond(response, lambda core: json.dumps(core.journal()), "")

    def _clear_faults(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        healthy = [Parameter(f"{PREFIX}{name}", value=value) for name, value in vars(HEALTHY).items()]
        result = self.set_parameters_atomically(healthy)
        response.success, response.message = result.successful, result.reason or "healthy"
        return response

    def _respond(self, response: Any, work: Callable[[StandinCore], str | None], done: str) -> Any:
        if not self.is_active or self._core is None:
            response.success, response.message = False, "the stand-in is not active"
            return response
        response.success, response.message = True, work(self._core) or done
        return response

    def _report(self) -> None:
        faults = self._core.faults.active() if self._core is not None else {}
        level, text = diagnostics.OK, "healthy"
        if not self.is_active:
            level, text = diagnostics.WARN, "not active"
        elif self._failure:
            level, text = diagnostics.ERROR, f"stopped: {self._failure}"
        elif faults:
            level, text = diagnostics.WARN, f"faults: {', '.join(faults)}"
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(diagnostics.diagnostic_array(stamp, self.get_name(), level, text, faults))


def _always(action: Action) -> Callable[[Any], Action]:
    """Return what answers every request with the same action."""
    return lambda _: action
