"""A simulated Stretch in front of a cabinet: physics, wrist camera, and the ground truth for scoring."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.actuators import ActuatorTargets
from vinn_training.sim.cabinet_model import DOOR_JOINT, HANDLE_GEOM, HANDLE_SITE
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.gl_thread import GlThread
from vinn_training.sim.groups import BODY_GROUP, DECORATION_GROUP, GRIPPER_GROUP, SCENE_GROUP
from vinn_training.sim.rendering import OffscreenRenderer
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
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.scene_model import TIMESTEP_S, build_model
from vinn_training.sim.task_state import GraspGeometry, TaskState

#: Finger angle at the start, half open: a gap of 6 cm between the pads, so that a grasp needs aim.
START_GRIPPER_RAD = 0.05
_HEAD_START_RAD = {"joint_head_pan": -1.3, "joint_head_tilt": -0.5}
_ARM_RANGE_M = (0.0, 0.52)
_LIFT_RANGE_M = (0.0, 1.1)
_ACTUATOR_INDEX = {name: index for index, name in enumerate(ACTUATORS)}
_DIVERGED = (mujoco.mjtWarning.mjWARN_BADQPOS, mujoco.mjtWarning.mjWARN_BADQVEL, mujoco.mjtWarning.mjWARN_BADQACC)


class StretchSim:
    """Physics and rendering of one scene at a time.

    Not thread-safe, but any one thread may use it, and it need not be the main one.

    Args:
        scene: First scene.
        camera: Wrist camera.

    Raises:
        SimulationError: If MuJoCo refuses the scene or it cannot be reached by the arm.
        MissingDependency: If the robot description is not installed.
    """

    def __init__(self, scene: SceneConfig, camera: CameraConfig | None = None) -> None:
        self._camera = camera or CameraConfig()
        self._gl: GlThread | None = None
        self._wrist: OffscreenRenderer | None = None
        self._overview: OffscreenRenderer | None = None
        self._overview_size = (0, 0)
        self._closed = False
        self.reset(scene)

    def reset(self, scene: SceneConfig) -> None:
        """Start over with a scene: the robot at its start, the door closed, the time zero.

        Raises:
            SimulationError: As for the constructor; the former scene is gone then.
        """
        if self._closed:
            raise SimulationError("the simulation was closed; make a new one")
        self._scene = scene
        self._model = build_model(scene, self._camera)
        self._ranges = {name: self._range(name) for name in ACTUATORS}
        self._data = mujoco.MjData(self._model)
        self._pending_s = 0.0
        self._place_robot()
        for renderer in (self._wrist, self._overview):
            if renderer is not None:
                renderer.load(self._model)

    @property
    def scene(self) -> SceneConfig:
        """The scene that runs."""
        return self._scene

    @property
    def time_s(self) -> float:
        """Simulated time since the reset."""
        return float(self._data.time)

    def joint_positions(self) -> dict[str, float]:
        """Return joint positions by the driver's names, metres and radians."""
        positions = {
            self._model.joint(index).name: float(self._data.qpos[self._model.jnt_qposadr[index]])
            for index in range(self._model.njnt)
        }
        del positions[DOOR_JOINT], positions[BASE_JOINT]
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
            "joint_wrist_pitch": targets.wrist_pitch_rad,
            "joint_wrist_roll": targets.wrist_roll_rad,
            FINGER_JOINTS[0]: targets.gripper_rad,
            FINGER_JOINTS[1]: targets.gripper_rad,
        }
        for name, value in wanted.items():
            low, high = self._ranges[name]
            self._data.ctrl[_ACTUATOR_INDEX[name]] = min(max(value, low), high)

    def show(self, joint_positions: Mapping[str, float], base_position_m: float, door_angle_rad: float) -> None:
        """Put robot and door where they were at some moment, for a picture of it; no physics.

        Args:
            joint_positions: By the driver's names, metres and radians; names that are no joint here are left out.
            base_position_m: Position of the base along its x axis, from where it started.
            door_angle_rad: Hinge angle.
        """
        joints = {self._model.joint(index).name for index in range(self._model.njnt)}
        wanted = {**joint_positions, BASE_JOINT: base_position_m, DOOR_JOINT: door_angle_rad}
        for name, value in wanted.items():
            if name in joints:
                self._data.joint(name).qpos[0] = value
        mujoco.mj_forward(self._model, self._data)

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
        unstable = (
            mujoco.mjtWarning.mjWARN_BADQACC,
            mujoco.mjtWarning.mjWARN_BADQPOS,
            mujoco.mjtWarning.mjWARN_BADQVEL,
        )
        if any(self._data.warning[kind].number for kind in unstable):
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
        if self._wrist is None:
            size = (self._camera.width_px, self._camera.height_px)
            self._wrist = self._make_renderer(*size, (SCENE_GROUP, GRIPPER_GROUP), detailed=False)
        camera = mujoco.MjvCamera()
        camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        camera.fixedcamid = self._model.camera(WRIST_CAMERA).id
        return self._wrist.render(self._data, camera)

    def render_overview(self, height_px: int = 480, width_px: int = 640) -> ImageArray:
        """Draw robot and cabinet from the side, for people.

        Returns:
            (height_px, width_px, 3) uint8 RGB.

        Raises:
            SimulationError: As for `render_wrist`.
        """
        if self._overview is None or self._overview_size != (height_px, width_px):
            if self._overview is not None:
                self._overview.close()
            groups = (SCENE_GROUP, GRIPPER_GROUP, BODY_GROUP, DECORATION_GROUP)
            self._overview = self._make_renderer(width_px, height_px, groups, detailed=True)
            self._overview_size = (height_px, width_px)
        camera = mujoco.MjvCamera()
        camera.type = mujoco.mjtCamera.mjCAMERA_FREE
        # From the side of the handle, so that the gripper and the opening door are not hidden by the arm.
        side = 1.0 if self._scene.hinge_side == "right" else -1.0
        camera.lookat[:] = (-0.04 * side, -0.46, 0.69)
        camera.distance, camera.azimuth, camera.elevation = 2.05, 270.0 - side * 50.0, -18.0
        return self._overview.render(self._data, camera)

    def task_state(self) -> TaskState:
        """Return the ground truth for scoring."""
        return TaskState(
            door_angle_rad=self._joint(DOOR_JOINT),
            handle_grasped=self._touching(PAD_GEOMS[0]) and self._touching(PAD_GEOMS[1]),
            lateral_offset_m=self._scene.lateral_offset_m,
            scene=self._scene.name,
        )

    def grasp_geometry(self) -> GraspGeometry:
        """Return where gripper, handle and hinge are. For the expert that makes demonstrations, not for policies."""
        mujoco.mj_kinematics(self._model, self._data)
        joint = self._model.joint(DOOR_JOINT)
        return GraspGeometry(
            grasp_m=self._data.body(GRASP_LINK).xpos.copy(),
            handle_m=self._data.site(HANDLE_SITE).xpos.copy(),
            hinge_m=self._data.xanchor[joint.id].copy(),
            opening_axis=float(np.sign(self._data.xaxis[joint.id][2])),
        )

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
        self._closed = True
        self._drop_renderers()

    def __enter__(self) -> StretchSim:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _place_robot(self) -> None:
        """Put the grasp point at the scene's distance in front of the handle, with every actuator holding still."""
        mujoco.mj_forward(self._model, self._data)
        geometry = self.grasp_geometry()
        offset = geometry.handle_m - geometry.grasp_m
        lift_m = offset[2] + self._scene.height_offset_m
        arm_m = -offset[1] - self._scene.start_distance_m
        for name, value, (low, high) in (("lift", lift_m, _LIFT_RANGE_M), ("arm", arm_m, _ARM_RANGE_M)):
            if not low <= value <= high:
                raise SimulationError(
                    f"scene '{self._scene.name}': the start needs the {name} at {value:.3f} m, "
                    f"which reaches {low} to {high} m; change start_distance_m or height_offset_m"
                )
        start = {"joint_lift": lift_m, **dict.fromkeys(ARM_JOINTS, arm_m / len(ARM_JOINTS)), **_HEAD_START_RAD}
        start.update(dict.fromkeys(FINGER_JOINTS, START_GRIPPER_RAD))
        for name, value in start.items():
            self._data.joint(name).qpos[0] = value
        start[ARM_TENDON] = arm_m
        self._data.ctrl[:] = [start.get(name, 0.0) for name in ACTUATORS]
        mujoco.mj_forward(self._model, self._data)

    def _joint(self, name: str) -> float:
        return float(self._data.qpos[self._model.jnt_qposadr[self._model.joint(name).id]])

    def _range(self, name: str) -> tuple[float, float]:
        """Return the range of an actuator's joint or tendon."""
        if name == ARM_TENDON:
            return _ARM_RANGE_M
        low, high = self._model.joint(name).range
        return float(low), float(high)

    def _touching(self, pad: str) -> bool:
        wanted = {self._model.geom(pad).id, self._model.geom(HANDLE_GEOM).id}
        return any(set(pair.tolist()) == wanted for pair in self._data.contact.geom)

    def _make_renderer(
        self, width_px: int, height_px: int, groups: tuple[int, ...], detailed: bool
    ) -> OffscreenRenderer:
        if self._closed:
            raise SimulationError("the simulation was closed; make a new one")
        if self._gl is None:
            self._gl = GlThread()
        return OffscreenRenderer(self._gl, self._model, width_px, height_px, groups, detailed)

    def _drop_renderers(self) -> None:
        for renderer in (self._wrist, self._overview):
            if renderer is not None:
                renderer.close()
        self._wrist = self._overview = None
        if self._gl is not None:
            self._gl.close()
            self._gl = None
