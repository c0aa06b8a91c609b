"""A simulated Stretch in some scene: physics, joints, wrist camera. What the scene is, its subclasses say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.actuators import ActuatorTargets
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.robot_cameras import OverviewView, RobotCameras
from vinn_training.sim.robot_description import BASE_JOINT
from vinn_training.sim.robot_model import (
    ACTUATORS,
    ARM_JOINTS,
    ARM_TENDON,
    FINGER_JOINTS,
    GRASP_LINK,
    PAD_GEOMS,
    WRIST_CAMERA,
)
from vinn_training.sim.world_options import TIMESTEP_S

#: Finger angle at the start, half open: a gap of 6 cm between the pads, so that a grasp needs aim.
START_GRIPPER_RAD = 0.05
_HEAD_START_RAD = {"joint_head_pan": -1.3, "joint_head_tilt": -0.5}
_ARM_RANGE_M = (0.0, 0.52)
_LIFT_RANGE_M = (0.0, 1.1)
_WRIST_PITCH = "joint_wrist_pitch"
_ACTUATOR_INDEX = {name: index for index, name in enumerate(ACTUATORS)}
#: Joints that the driver publishes; the base is no joint of its own there, and the scene's joints are none of its.
_DRIVER_JOINTS = {*ACTUATORS, *ARM_JOINTS} - {BASE_JOINT, ARM_TENDON}
_DIVERGED = (mujoco.mjtWarning.mjWARN_BADQACC, mujoco.mjtWarning.mjWARN_BADQPOS, mujoco.mjtWarning.mjWARN_BADQVEL)


class Scene(Protocol):
    """What a simulation is made from: a frozen configuration; equal ones give equal pictures and physics."""

    @property
    def name(self) -> str:
        """Short text that tells scenes apart, for logs and messages."""


class StartPose(NamedTuple):
    """Where lift and arm are at the start, metres."""

    lift_m: float
    arm_m: float


SceneT = TypeVar("SceneT", bound=Scene)
#: Some simulation, for what works with any.
SimT = TypeVar("SimT", bound="RobotSim[Any]")


class RobotSim(ABC, Generic[SceneT]):
    """Physics and rendering of one scene at a time.

    Not thread-safe, but any one thread may use it, and it need not be the main one.

    Args:
        scene: First scene.
        camera: Wrist camera.

    Raises:
        SimulationError: If MuJoCo refuses the scene or it cannot be reached by the arm.
        MissingDependency: If the robot description is not installed.
    """

    #: Wrist pitch at the start; the controller holds it. Negative points the gripper down.
    START_PITCH_RAD = 0.0

    def __init__(self, scene: SceneT, camera: CameraConfig | None = None) -> None:
        self._camera = camera or CameraConfig()
        self._cameras = RobotCameras(self._camera)
        self.reset(scene)

    @abstractmethod
    def _build(self, scene: SceneT) -> mujoco.MjModel:
        """Compile a scene."""

    @abstractmethod
    def _start_pose(self) -> StartPose:
        """Return where lift and arm start; asked for with both at zero and the wrist as it starts."""

    @abstractmethod
    def _overview_view(self) -> OverviewView:
        """Return from where people see the scene."""

    def reset(self, scene: SceneT) -> None:
        """Start over with a scene: the robot at its start, what it may move untouched, the time zero.

        Raises:
            SimulationError: As for the constructor; the former scene is gone then.
        """
        self._cameras.check_open()
        self._scene = scene
        self._model = self._build(scene)
        self._ranges = {name: self._range(name) for name in ACTUATORS}
        self._data = mujoco.MjData(self._model)
        self._pending_s = 0.0
        self._place_robot()
        self._cameras.load(self._model)

    @property
    def scene(self) -> SceneT:
        """The scene that runs."""
        return self._scene

    @property
    def time_s(self) -> float:
        """Simulated time since the reset."""
        return float(self._data.time)

    def joint_positions(self) -> dict[str, float]:
        """Return joint positions by the driver's names, metres and radians."""
        names = (self._model.joint(index).name for index in range(self._model.njnt))
        positions = {name: self._joint(name) for name in names if name in _DRIVER_JOINTS}
        positions["wrist_extension"] = sum(positions[name] for name in ARM_JOINTS)
        return positions

    def base_position_m(self) -> float:
        """Return the base's position along its x axis, from where it started."""
        return self._joint(BASE_JOINT)

    def set_targets(self, targets: ActuatorTargets) -> None:
        """Set the actuators' set-points, clipped to the joints' ranges; they hold until set again."""
        wanted = {
            BASE_JOINT: targets.base_m,
            "joint_lift": targets.lift_m,
            ARM_TENDON: targets.arm_m,
            "joint_wrist_yaw": targets.wrist_yaw_rad,
            _WRIST_PITCH: targets.wrist_pitch_rad,
            "joint_wrist_roll": targets.wrist_roll_rad,
            FINGER_JOINTS[0]: targets.gripper_rad,
            FINGER_JOINTS[1]: targets.gripper_rad,
        }
        for name, value in wanted.items():
            low, high = self._ranges[name]
            self._data.ctrl[_ACTUATOR_INDEX[name]] = min(max(value, low), high)

    def advance(self, duration_s: float) -> None:
        """Simulate for this long; what is left of a physics step is made up by the next call.

        Raises:
            InvalidInput: If the duration is negative or not finite.
            SimulationError: If the physics diverged.
        """
        if not np.isfinite(duration_s) or duration_s < 0.0:
            raise InvalidInput(f"simulation: duration is {duration_s} s; expected zero or more")
        self._pending_s += duration_s
        steps = int(self._pending_s / TIMESTEP_S + 1e-9)
        if steps == 0:
            return
        self._pending_s -= steps * TIMESTEP_S
        mujoco.mj_step(self._model, self._data, nstep=steps)
        if any(self._data.warning[kind].number for kind in _DIVERGED):
            raise SimulationError(
                f"the physics of scene '{self._scene.name}' diverged at {self.time_s:.2f} s; reset it"
            )

    def render_wrist(self) -> ImageArray:
        """Draw the wrist camera's picture.

        Returns:
            (height_px, width_px, 3) uint8 RGB, by the camera's configuration.

        Raises:
            SimulationError: If OpenGL cannot start or the simulation was closed.
        """
        return self._cameras.wrist(self._data)

    def render_overview(self, height_px: int = 480, width_px: int = 640) -> ImageArray:
        """Draw robot and scene from the side, for people.

        Returns:
            (height_px, width_px, 3) uint8 RGB.

        Raises:
            SimulationError: As for `render_wrist`.
        """
        return self._cameras.overview(self._data, self._overview_view(), height_px, width_px)

    def wrist_camera_pose(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the pose of the wrist camera's optical frame in the world.

        Returns:
            (3,) float64 origin in metres and (3, 3) float64 rotation from the optical frame to the world.
        """
        mujoco.mj_kinematics(self._model, self._data)
        mujoco.mj_camlight(self._model, self._data)
        camera = self._data.camera(WRIST_CAMERA)
        return camera.xpos.copy(), camera.xmat.reshape(3, 3) @ np.diag([1.0, -1.0, -1.0])

    def close(self) -> None:
        """Free the renderers; safe to call twice."""
        self._cameras.close()

    def __enter__(self: SimT) -> SimT:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _place_robot(self) -> None:
        """Put the robot where the scene says, with every actuator holding still."""
        self._data.joint(_WRIST_PITCH).qpos[0] = self.START_PITCH_RAD
        mujoco.mj_forward(self._model, self._data)
        lift_m, arm_m = self._start_pose()
        for name, value, (low, high) in (("lift", lift_m, _LIFT_RANGE_M), ("arm", arm_m, _ARM_RANGE_M)):
            if not low <= value <= high:
                raise SimulationError(
                    f"scene '{self._scene.name}': the start needs the {name} at {value:.3f} m, "
                    f"which reaches {low} to {high} m; change start_distance_m or height_offset_m"
                )
        start = {"joint_lift": lift_m, **dict.fromkeys(ARM_JOINTS, arm_m / len(ARM_JOINTS)), **_HEAD_START_RAD}
        start.update(dict.fromkeys(FINGER_JOINTS, START_GRIPPER_RAD))
        start[_WRIST_PITCH] = self.START_PITCH_RAD
        for name, value in start.items():
            self._data.joint(name).qpos[0] = value
        start[ARM_TENDON] = arm_m
        self._data.ctrl[:] = [start.get(name, 0.0) for name in ACTUATORS]
        mujoco.mj_forward(self._model, self._data)

    def _grasp_point_m(self) -> NDArray[np.float64]:
        """Return the point between the fingertips, (3,) world; the kinematics must be up to date."""
        return self._data.body(GRASP_LINK).xpos.copy()

    def _joint(self, name: str) -> float:
        return float(self._data.qpos[self._model.jnt_qposadr[self._model.joint(name).id]])

    def _range(self, name: str) -> tuple[float, float]:
        """Return the range of an actuator's joint or tendon."""
        if name == ARM_TENDON:
            return _ARM_RANGE_M
        low, high = self._model.joint(name).range
        return float(low), float(high)

    def _in_contact(self, geom: str, other: str) -> bool:
        """Return whether two named shapes touch, now."""
        wanted = {self._model.geom(geom).id, self._model.geom(other).id}
        return any(set(pair.tolist()) == wanted for pair in self._data.contact.geom)

    def _grasped(self, geom: str) -> bool:
        """Return whether both fingertips touch a named shape, now."""
        return all(self._in_contact(pad, geom) for pad in PAD_GEOMS)
