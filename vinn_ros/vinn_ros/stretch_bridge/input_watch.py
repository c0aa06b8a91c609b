"""What the bridge knows of robot, driver and policy, how old it is, and what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from vinn_ros.stretch_bridge.base_answer import BaseAnswer
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.driver_needs import STREAMING_NEEDS, DriverNeeds
from vinn_ros.stretch_bridge.driver_setup import DriverSetup
from vinn_ros.stretch_bridge.frozen_camera import FrozenCamera
from vinn_ros.stretch_bridge.inputs import ActionInput, DriverStatus
from vinn_ros.stretch_bridge.motion import MotionTolerances, RestDetector
from vinn_ros.stretch_bridge.odometer import BaseOdometer
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import driver_vector, joints

#: From the newest efforts by joint name to why the robot must not push on, or None.
ContactCheck = Callable[[Mapping[str, float]], str | None]


class InputWatch:
    """Takes every input of the bridge and names the first thing that forbids motion.

    Args:
        tolerances: What counts as still.
        needs: What the way of sending motions needs of the driver.
        may_set_up: Whether the bridge may call the driver's services to get it.

    Attributes:
        status: What the driver says of itself.
        setup: Brings the driver into the mode that streaming needs.
        base: Whether odometry answers what the base was sent.
        rest: When a joint was last seen to move.
        contact: Judges the joints' efforts; None where nothing does.
        joints: The newest position of every joint, by the driver's names, metres and radians.
        joints_s: When joint states were last heard.
        image_s: When the newest action's image was taken.
    """

    def __init__(
        self, tolerances: MotionTolerances, needs: DriverNeeds = STREAMING_NEEDS, may_set_up: bool = True
    ) -> None:
        self.status = DriverStatus(needs)
        self.setup = DriverSetup(needs, may_set_up)
        self.base = BaseAnswer(tolerances.still_m)
        self.rest = RestDetector(tolerances)
        self.contact: ContactCheck | None = None
        self.joints: dict[str, float] = {}
        self.joints_s = -math.inf
        self.image_s = -math.inf
        self._efforts: dict[str, float] = {}
        self._odometer = BaseOdometer()
        self._camera = FrozenCamera()
        self._odometry_s = -math.inf
        self._action_s = -math.inf

    @property
    def base_m(self) -> float:
        """Measured way of the base along its own axis since the first pose."""
        return self._odometer.position_m

    def measured(self) -> dict[str, float]:
        """Return all measured positions, the base's included."""
        return {**self.joints, joints.BASE: self.base_m}

    def joint_states(
        self, positions: Mapping[str, float], now_s: float, efforts: Mapping[str, float] | None = None
    ) -> None:
        """Take joint states; a message that lacks some joints updates the others.

        Raises:
            InvalidInput: If a position is not finite; the message is not used.
        """
        for name, value in positions.items():
            if not math.isfinite(value):
                raise InvalidInput(f"joint state of '{name}' is {value}; expected a finite number")
        self.joints.update(positions)
        self._efforts.update(efforts or {})
        self.joints_s = now_s
        self.rest.update(self.measured(), now_s)
        self._camera.update(self.measured(), now_s)

    def odometry(self, x_m: float, y_m: float, yaw_rad: float, now_s: float) -> None:
        """Take the base's pose in the odometry frame.

        Raises:
            InvalidInput: If it is not finite; it is not used.
        """
        self.base.seen(self._odometer.update(x_m, y_m, yaw_rad), now_s)
        self._odometry_s = now_s

    def action(self, action: ActionInput, config: BridgeConfig, now_s: float) -> str | None:
        """Take the age and the picture of an action; return why the robot must not move on it, or None."""
        self._action_s = now_s
        self.image_s = now_s - action.image_age_s if math.isfinite(action.image_age_s) else -math.inf
        stale = self.problem(config, now_s)
        frozen = None
        if stale is None:
            frozen = self._camera.problem(action.fingerprint, self.image_s, self.measured())
        else:
            self._camera.reset()  # it is not known where the robot was when the picture was taken
        return action.problem(config.camera_frame) or stale or frozen

    def problem(self, config: BridgeConfig, now_s: float) -> str | None:
        """Return why the robot must not follow the policy now, or None."""
        return (
            self.driver_problem(config, now_s)
            or _age_problem("the newest action", self._action_s, config.max_action_age_s, now_s)
            or _age_problem("the newest action's image", self.image_s, config.max_image_age_s, now_s)
        )

    def driver_problem(self, config: BridgeConfig, now_s: float) -> str | None:
        """Return why the robot must not move now, whoever asks for it, or None."""
        driver = (
            ("joint states", self.joints_s, config.max_joint_state_age_s),
            ("odometry", self._odometry_s, config.max_joint_state_age_s),
            ("the driver's mode", self.status.heard_s, config.max_status_age_s),
        )
        return (
            next((text for text in (_age_problem(*row, now_s) for row in driver) if text), None)
            or self.setup.problem(self.status, now_s)
            or self.status.problem()
            or self._tool_problem(config.tools)
            or (self.contact(self._efforts) if self.contact is not None else None)
        )

    def begin_setup_of_lost_driver(self, config: BridgeConfig, now_s: float) -> None:
        """Start over with a driver that fell silent: it has forgotten its activation, and what it said is void."""
        if now_s - self.joints_s > config.max_joint_state_age_s and self.setup.is_done:
            self.status = DriverStatus(self.status.needs)
            self.base.reset()
            self.setup.begin(now_s)

    def start_over(self, now_s: float) -> None:
        """Set up a driver that is not ready, and forget what the base did not answer: a person asked for motion."""
        if not self.setup.is_done or self.status.problem() is not None:
            self.setup.begin(now_s)
        self.base.reset()

    def hold_values(self, finger_rad: float | None) -> dict[str, float] | None:
        """Return the measured positions as a command, or None where they are not known.

        Args:
            finger_rad: The gripper's command, which stays: what it holds must not fall. None takes the measured one.
        """
        return driver_vector.hold_values(self.status.tool, self.joints, finger_rad)

    def _tool_problem(self, tools: tuple[str, ...]) -> str | None:
        if not tools or "tool" not in self.status.needs.topics or self.status.tool in tools:
            return None
        expected = " or ".join(f"'{tool}'" for tool in tools)
        return (
            f"the driver's tool is '{self.status.tool}', the bridge's kinematics are for {expected}; "
            "set robot_description to this robot's family and tool"
        )


def _age_problem(what: str, time_s: float, limit_s: float, now_s: float) -> str | None:
    if time_s == -math.inf:
        return f"waiting for {what}"
    if now_s - time_s > limit_s:
        return f"stale input: {what} older than {limit_s:g} s"
    return None
