"""Lifecycle node: a simulated Stretch with the topics and services of Hello Robot's driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Twist
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import SetBool, Trigger

from vinn_ros import diagnostics, qos
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.parameters import Values
from vinn_ros.stretch_sim.core import SimulatedRobot
from vinn_ros.stretch_sim.driver_services import TRIGGERS
from vinn_ros.stretch_sim.publishers import DriverPublishers
from vinn_ros.stretch_sim.real_time_loop import RealTimeLoop
from vinn_ros.stretch_sim.settings import PARAMETERS, scene_from
from vinn_training.exceptions import VinnError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.driver import Outcome, StretchDriver
from vinn_training.sim.driver_config import DriverConfig


class StretchSimNode(BaseLifecycleNode):
    """Simulates in real time while active; a client cannot tell it from the robot."""

    def __init__(self) -> None:
        super().__init__("stretch_sim", PARAMETERS)
        self._robot: SimulatedRobot | None = None
        self._loop: RealTimeLoop | None = None
        self._failure = ""
        self._refusal = ""
        self._outputs = DriverPublishers(self)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self.create_subscription(Float64MultiArray, "joint_pose_cmd", self._joint_pose_command, qos.STREAM)
        self.create_subscription(Twist, "stretch/cmd_vel", self._velocity_command, qos.STREAM)
        for name, action in TRIGGERS.items():
            self.create_service(Trigger, name, self._answer_with(action))
        self.create_service(SetBool, "runstop", self._runstop)
        self.create_service(Trigger, "~/reset", self._reset)
        self.create_timer(1.0, self._report)

    def configure(self) -> None:
        values = self.parameters
        camera = CameraConfig(width_px=values["image_width"], height_px=values["image_height"])
        driver = DriverConfig(tool=values["tool"], homed=values["homed"])
        self._robot = SimulatedRobot(scene_from(values.values), camera, driver)

    def activate(self) -> None:
        assert self._robot is not None
        self._robot.render_wrist()  # a machine without OpenGL is told so here, not in the loop
        self._outputs.publish_description()
        self._start_loop()

    def deactivate(self) -> None:
        if self._loop is not None:
            self._loop.close()
            self._loop = None
        self._outputs.close()

    def cleanup(self) -> None:
        if self._robot is not None:
            self._robot.close()
            self._robot = None

    def apply_parameters(self, values: Values) -> None:
        scene_from(values)

    def _start_loop(self) -> None:
        assert self._robot is not None
        self._failure = ""
        jobs = self._outputs.jobs(self._robot, self.parameters.values)
        self._loop = RealTimeLoop(self._robot.advance, jobs, self._stopped_by)
        self._loop.start()

    def _stopped_by(self, error: Exception) -> None:
        """Fall silent, as a robot whose driver died; the bridge stops on stale joint states."""
        self._failure = str(error) if isinstance(error, VinnError) else f"a bug: {type(error).__name__}: {error}"
        self.get_logger().error(f"the simulation stopped: {self._failure}. Call ~/reset to start over")

    def _joint_pose_command(self, message: Float64MultiArray) -> None:
        self._drive(lambda driver: driver.joint_pose_command(message.data))

    def _velocity_command(self, message: Twist) -> None:
        self._drive(lambda driver: driver.velocity_command(message.linear.x, message.angular.z))

    def _drive(self, action: Callable[[StretchDriver], Outcome]) -> None:
        if not self.is_active or self._robot is None:
            return
        outcome = self._robot.command(action)
        if outcome.success:
            self._refusal = ""
        elif outcome.message != self._refusal:  # once each: commands come at tens of hertz
            self._refusal = outcome.message
            self.get_logger().error(outcome.message)

    def _answer_with(self, action: Callable[[StretchDriver], Outcome]) -> Callable[[Any, Any], Any]:
        def answer(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            return self._respond(action, response)

        return answer

    def _runstop(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        return self._respond(lambda driver: driver.runstop(request.data), response)

    def _respond(self, action: Callable[[StretchDriver], Outcome], response: Any) -> Any:
        if not self.is_active or self._robot is None:
            response.success, response.message = False, "the simulator is not active"
            return response
        outcome = self._robot.command(action)
        response.success, response.message = outcome.success, outcome.message
        return response

    def _reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Start a new episode. It computes for a fraction of a second: meanwhile there is no robot to talk to."""
        if not self.is_active or self._robot is None:
            response.success, response.message = False, "the simulator is not active"
            return response
        try:
            scene = scene_from(self.parameters.values)
            self._robot.reset(scene)
        except VinnError as error:
            response.success, response.message = False, str(error)
            return response
        if self._failure:
            self._start_loop()
        response.success, response.message = True, scene.name
        return response

    def _report(self) -> None:
        level, text = diagnostics.OK, "simulating"
        if not self.is_active:
            level, text = diagnostics.WARN, "not active"
        elif self._failure:
            level, text = diagnostics.ERROR, f"stopped: {self._failure}"
        values = {"late_s": f"{self._loop.late_s:.2f}" if self._loop is not None else ""}
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(diagnostics.diagnostic_array(stamp, self.get_name(), level, text, values))
