"""The simulated Stretch behind its stand-in driver, safe to use from callbacks and the simulation thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import ImageArray
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.driver import Outcome, StretchDriver
from vinn_training.sim.driver_config import DriverConfig
from vinn_training.sim.scene import SceneConfig, scene_set, with_condition

if TYPE_CHECKING:
    from vinn_training.sim.stretch_sim import TaskState


@dataclass(frozen=True)
class RobotSnapshot:
    """What the driver publishes, at one moment.

    Attributes:
        time_s: Simulated time.
        positions: By the driver's joint names, metres and radians.
        base_position_m: Base position along its x axis, from where it started.
        mode: The driver's mode.
        is_homed: Whether the robot is homed.
        is_runstopped: Whether it is runstopped.
        is_streaming_position: Whether it takes `/joint_pose_cmd`.
        tool: End-of-arm tool.
    """

    time_s: float
    positions: dict[str, float]
    base_position_m: float
    mode: str
    is_homed: bool
    is_runstopped: bool
    is_streaming_position: bool
    tool: str


def choose_scene(cabinets: str, seed: int, lateral_offset_m: float | None, condition: str) -> SceneConfig:
    """Return the scene that the node's parameters name.

    Args:
        cabinets: One of `scene_sets.SCENE_SET_NAMES`.
        seed: Draws the scene.
        lateral_offset_m: Start of the robot along the cabinet's front, or None to let the seed draw it.
        condition: Row of the paper's Table II.

    Raises:
        InvalidInput: If a value cannot be used.
    """
    scene = with_condition(scene_set(cabinets)(seed), condition)
    return scene if lateral_offset_m is None else replace(scene, lateral_offset_m=lateral_offset_m)


class SimulatedRobot:
    """Physics, driver and cameras under locks.

    Physics and driver share one lock, held for about a millisecond; a picture takes longer and holds another, so that
    a command never waits for a picture. `advance` and the rendering methods belong to one thread.

    Args:
        scene: First scene.
        camera: Wrist camera.
        driver: Settings of the stand-in driver.

    Raises:
        SimulationError: If the simulator cannot start.
        MissingDependency: If MuJoCo or the robot description is not installed.
    """

    def __init__(self, scene: SceneConfig, camera: CameraConfig, driver: DriverConfig) -> None:
        # Imported here so that a missing MuJoCo is a message of the node, not the end of its process.
        from vinn_training.sim.stretch_sim import StretchSim

        self._state_lock = threading.Lock()
        self._render_lock = threading.Lock()
        self._sim = StretchSim(scene, camera)
        self._driver = StretchDriver(self._sim, driver)

    def command(self, action: Callable[[StretchDriver], Outcome]) -> Outcome:
        """Let the driver answer a command or a service call."""
        with self._state_lock:
            return action(self._driver)

    def advance(self, duration_s: float) -> None:
        """Simulate for this long.

        Raises:
            SimulationError: If the physics diverged.
        """
        with self._state_lock:
            self._driver.advance(duration_s)

    def reset(self, scene: SceneConfig) -> None:
        """Start over with a scene; the driver keeps its mode and activation.

        Raises:
            SimulationError: If the simulator cannot build the scene.
        """
        with self._render_lock, self._state_lock:
            self._sim.reset(scene)
            self._driver.robot_was_placed()

    def snapshot(self) -> RobotSnapshot:
        """Return what the driver publishes, now."""
        with self._state_lock:
            driver = self._driver
            return RobotSnapshot(
                time_s=driver.time_s,
                positions=driver.joint_positions(),
                base_position_m=driver.base_position_m(),
                mode=driver.mode,
                is_homed=driver.is_homed,
                is_runstopped=driver.is_runstopped,
                is_streaming_position=driver.is_streaming_position,
                tool=driver.config.tool,
            )

    def task_state(self) -> TaskState:
        """Return the ground truth for scoring."""
        with self._state_lock:
            return self._sim.task_state()

    def wrist_camera_pose(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the true pose of the wrist camera's optical frame in the world, (3,) metres and (3, 3)."""
        with self._state_lock:
            return self._sim.wrist_camera_pose()

    def render_wrist(self) -> ImageArray:
        """Return the wrist camera's picture, (H, W, 3) uint8 RGB.

        Raises:
            SimulationError: If OpenGL cannot start.
        """
        with self._render_lock:
            return self._sim.render_wrist()

    @property
    def scene(self) -> SceneConfig:
        """The scene that runs."""
        with self._state_lock:
            return self._sim.scene

    def close(self) -> None:
        """Free the renderers."""
        with self._render_lock, self._state_lock:
            self._sim.close()
