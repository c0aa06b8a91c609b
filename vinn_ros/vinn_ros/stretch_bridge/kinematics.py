"""The bridge's kinematics: a controller that can be replaced by one for another description while the robot rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vinn_ros.parameters import Values
from vinn_ros.stretch_bridge.commands import PlannedMotion
from vinn_ros.stretch_bridge.description import ChosenDescription, choose, remedy
from vinn_ros.stretch_bridge.kinematics_settings import collision_settings, controller_config, live_settings
from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput, KinematicsError, MissingDependency
from vinn_training.kinematics.controller_step import ControllerStep

if TYPE_CHECKING:
    from vinn_training.kinematics.controller import CartesianController


class BridgeKinematics:
    """Stands for the controller that is in use; the core has this one for good.

    After a replacement the core must call `reset` before it moves the robot, which it does after each enabling.

    Args:
        values: The bridge's parameters.
        published_xml: What was heard on /robot_description, or None.

    Attributes:
        chosen: The description in use, and where it is from.
        tools: The names by which the driver may know its tool; none for a tool that is nobody's.

    Raises:
        KinematicsError: If the description cannot be used; the message says what is missing and what to do.
        MissingDependency: If inverse kinematics, or the package with the descriptions, is needed and not installed.
        InvalidInput: If parameters do not fit together.
    """

    def __init__(self, values: Values, published_xml: str | None = None) -> None:
        self.chosen: ChosenDescription
        self.tools: tuple[str, ...]
        self._controller: CartesianController
        self.load(values, published_xml)

    def load(self, values: Values, published_xml: str | None) -> None:
        """Take the description that the parameters and the topic give; on failure the one in use stays.

        Raises:
            KinematicsError: As the constructor.
            MissingDependency: As the constructor.
            InvalidInput: As the constructor.
        """
        try:
            from vinn_training.kinematics.controller import CartesianController
            from vinn_training.kinematics.tool_mount import driver_tools
        except ImportError as error:
            raise MissingDependency(
                f"inverse kinematics is missing ({error}); install it with: pip install 'vinn_training[kinematics]'"
            ) from error
        chosen = choose(values, published_xml)
        if chosen.urdf_xml is not None and hasattr(self, "_controller") and self.uses(chosen.urdf_xml):
            self.chosen = chosen
            return
        try:
            controller = CartesianController(controller_config(values, chosen.urdf_xml))
        except KinematicsError as error:
            raise KinematicsError(f"{error}{remedy(chosen)}") from error
        self.chosen, self._controller = chosen, controller
        if chosen.urdf_path is None and chosen.urdf_xml is None:
            self.tools = (values["robot_description"].partition("/")[2],)
        else:
            try:
                self.tools = driver_tools(controller.robot.description)
            except KinematicsError:  # a tool of one's own, whose links are parameters
                self.tools = ()

    def uses(self, xml: str) -> bool:
        """Return whether the description in use is this one."""
        return self._controller.robot.description.xml == xml

    def change(self, values: Values, may_rebuild: bool) -> None:
        """Put changed live parameters into effect.

        Args:
            values: The bridge's parameters.
            may_rebuild: Whether the robot is stopped, so that what takes a moment to compute may change.

        Raises:
            InvalidInput: If they cannot be used, or not now; nothing is changed.
        """
        config = replace(self._controller.config, **live_settings(values), **collision_settings(values))
        heavy = sorted(self._controller.config.differences(config) & set(collision_settings(values)))
        if not heavy:
            self._controller.change(config)
            return
        if not may_rebuild:
            raise InvalidInput(
                f"{', '.join(heavy)} can change only while the bridge is disabled; call ~/enable with false first"
            )
        from vinn_training.kinematics.controller import CartesianController

        self._controller = CartesianController(config)

    @property
    def rotation_camera_to_base(self) -> NDArray[np.float64]:
        """See CartesianController.rotation_camera_to_base."""
        return self._controller.rotation_camera_to_base

    def reset(
        self, joint_positions: Mapping[str, float], base_position_m: float, gripper_rad: float | None = None
    ) -> None:
        """See CartesianController.reset."""
        self._controller.reset(joint_positions, base_position_m, gripper_rad)

    def hold(self, joint_positions: Mapping[str, float], base_position_m: float) -> None:
        """See CartesianController.hold."""
        self._controller.hold(joint_positions, base_position_m)

    def step(
        self,
        translation_camera_m: ArrayLike,
        gripper: GripperState,
        joint_positions: Mapping[str, float],
        base_position_m: float,
        since_last_s: float | None = None,
    ) -> ControllerStep:
        """See CartesianController.step."""
        return self._controller.step(translation_camera_m, gripper, joint_positions, base_position_m, since_last_s)

    def plan_pose(
        self,
        targets: Mapping[str, float],
        joint_positions: Mapping[str, float],
        base_position_m: float,
        gripper_rad: float | None,
    ) -> PlannedMotion:
        """See CartesianController.plan_pose."""
        return self._controller.plan_pose(targets, joint_positions, base_position_m, gripper_rad)
