"""One action on the simulated robot: inverse kinematics, the driver's command, and the motion that follows.

The same controller and the same driver logic as behind the ROS nodes, without ROS.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple

from numpy.typing import ArrayLike

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller import CartesianController
from vinn_training.kinematics.driver_vector import command_values, encode
from vinn_training.sim.driver import StretchDriver
from vinn_training.sim.robot_sim import Scene, SimT

#: Time for one action: a step of 4 cm takes the driver's set-point 0.2 s, the rest is for settling.
STEP_TIME_S = 0.3


class Motion(NamedTuple):
    """What became of one action.

    Attributes:
        success: Whether the robot was commanded at all.
        clipped: One line for each limit that changed the motion.
        reason: Why the robot was not commanded, empty on success.
    """

    success: bool
    clipped: tuple[str, ...]
    reason: str


class ClosedLoop(Generic[SimT]):
    """Moves the wrist camera of a simulated robot, one action at a time.

    Args:
        sim: The simulation; its camera mount must be the controller's.
        controller: Inverse kinematics; one of the default configuration where not given.
        step_time_s: Simulated time for one action.

    Raises:
        InvalidInput: If the time is not positive.
        KinematicsError, MissingDependency: As for CartesianController.
    """

    def __init__(
        self, sim: SimT, controller: CartesianController | None = None, step_time_s: float = STEP_TIME_S
    ) -> None:
        if not math.isfinite(step_time_s) or step_time_s <= 0.0:
            raise InvalidInput(f"step_time_s is {step_time_s}; expected a positive number of seconds")
        self.sim = sim
        self._controller = controller or CartesianController()
        self._step_time_s = step_time_s
        self._start()

    def reset(self, scene: Scene) -> None:
        """Start over with a scene.

        Raises:
            SimulationError: If the scene cannot be built.
        """
        self.sim.reset(scene)
        self._start()

    def move(self, translation_camera_m: ArrayLike, gripper: GripperState) -> Motion:
        """Move the camera by a translation, and the gripper, and wait for the end of the action.

        Args:
            translation_camera_m: (3,) metres in the camera's optical frame (x right, y down, z forward).
            gripper: What the gripper is to do meanwhile.

        Returns:
            What became of it. Without success the robot holds its place for the same time.

        Raises:
            SimulationError: If the physics diverged.
        """
        positions = self._driver.joint_positions()
        step = self._controller.step(translation_camera_m, gripper, positions, self._driver.base_position_m())
        reason = step.reason
        if step.targets is not None:
            values = command_values(step.targets, positions[joints.HEAD_PAN], positions[joints.HEAD_TILT])
            outcome = self._driver.joint_pose_command(encode(self._driver.config.tool, values))
            reason = "" if outcome.success else outcome.message
        self._driver.advance(self._step_time_s)
        return Motion(success=not reason, clipped=step.clipped, reason=reason)

    def _start(self) -> None:
        self._driver = StretchDriver(self.sim)
        outcome = self._driver.activate_streaming_position()
        if not outcome.success:
            raise SimulationError(f"the stand-in driver refuses to stream: {outcome.message}")
        self._controller.reset(self._driver.joint_positions(), self._driver.base_position_m())
