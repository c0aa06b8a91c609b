"""One demonstration by the scripted expert: pictures, camera motion and gripper commands."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray, GripperState, ImageArray
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.expert_step import ExpertStep
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.task import Task, TaskResult

#: A camera that moved less than this between two frames was at rest.
REST_M = 0.005


class RecordedEpisode(NamedTuple):
    """A demonstration in memory.

    Attributes:
        images: T pictures, (H, W, 3) uint8 RGB.
        directions: (T, 3) float32, unit length or zero, camera optical frame at that frame.
        lengths_m: (T,) float32, length of that motion, without the disturbance.
        gripper: (T,) float32, commanded opening: 0 closed, 1 open.
        result: What the simulator measured at the end.
        success: Whether the expert came to the end it wanted, unspoiled, and the simulator agrees.
    """

    images: list[ImageArray]
    directions: FloatArray
    lengths_m: FloatArray
    gripper: FloatArray
    result: TaskResult
    success: bool


def record_episode(
    loop: ClosedLoop, task: Task[Any, Any], rng: np.random.Generator, config: RecordingConfig
) -> RecordedEpisode:
    """Let the expert do the task in the loop's scene once.

    Args:
        loop: Freshly reset.
        task: Whose expert and whose measure of success.
        rng: Source of the disturbances.
        config: How.

    Returns:
        One frame per step and one at rest at the end. Directions are the camera's measured motion to the next frame
        without the disturbance that was added.

    Raises:
        SimulationError: If the physics diverged or OpenGL cannot start.
    """
    expert, disturber = task.expert(config), _Disturber(rng, config)
    images: list[ImageArray] = []
    directions: list[NDArray[np.float64]] = []
    lengths_m: list[float] = []
    gripper: list[float] = []
    done = spoiled = False
    while not (done or spoiled) and len(images) <= config.max_steps:
        wanted = expert.decide(loop.sim)
        images.append(loop.sim.render_wrist())
        gripper.append(1.0 if wanted.gripper == GripperState.OPEN else 0.0)
        done, spoiled = wanted.done, expert.spoiled(loop.sim, wanted)
        noise_world, gripper_done = disturber.disturb(wanted)
        before_m, optical_to_world = loop.sim.wrist_camera_pose()
        loop.move(optical_to_world.T @ (wanted.translation_world_m + noise_world), gripper_done)
        after_m, _ = loop.sim.wrist_camera_pose()
        directions.append(label_direction(optical_to_world.T @ (after_m - before_m), optical_to_world.T @ noise_world))
        lengths_m.append(float(np.linalg.norm(after_m - before_m - noise_world)))
    result = task.result(loop.sim)
    return RecordedEpisode(
        images=images,
        directions=np.array(directions, dtype=np.float32),
        lengths_m=np.array(lengths_m, dtype=np.float32),
        gripper=np.array(gripper, dtype=np.float32),
        result=result,
        success=done and result.success,
    )


def label_direction(moved_m: NDArray[np.float64], disturbance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the label of a frame.

    Args:
        moved_m: (3,) measured motion of the camera to the next frame, optical frame.
        disturbance_m: (3,) what was added to the expert's step, same frame.

    Returns:
        (3,) unit direction of the motion without the disturbance; zero if the camera was at rest.
    """
    intended_m = moved_m - disturbance_m
    length_m = float(np.linalg.norm(intended_m))
    if float(np.linalg.norm(moved_m)) < REST_M or length_m < REST_M:
        return np.zeros(3)
    return intended_m / length_m


class _Disturber:
    """Draws what is done instead of what the expert wanted."""

    def __init__(self, rng: np.random.Generator, config: RecordingConfig) -> None:
        self._rng = rng
        self._config = config
        self._slipping = False

    def disturb(self, wanted: ExpertStep) -> tuple[NDArray[np.float64], GripperState]:
        """Return what to add to the translation, (3,) world axes, and the gripper command to give."""
        config = self._config
        # All are drawn at every step, so that one probability does not shift the others' draws.
        draw, kick, slip, delay = self._rng.standard_normal(3), *self._rng.random(3)
        draw *= wanted.disturbance
        moving = bool(wanted.translation_world_m.any())
        if wanted.gripper == GripperState.OPEN:
            # A slip that has begun goes on as often as not.
            slips = slip < (0.5 if self._slipping else config.slip_probability)
            self._slipping = bool(slips) and wanted.gripper_may_err
            scale_m = config.kick_m if kick < config.kick_probability else config.approach_noise_m
            return draw * scale_m, GripperState.CLOSED if self._slipping else GripperState.OPEN
        self._slipping = False
        if moving:
            return draw * config.pull_noise_m, GripperState.CLOSED
        if not wanted.done and wanted.gripper_may_err and delay < config.delay_probability:
            return draw * config.approach_noise_m, GripperState.OPEN
        return np.zeros(3), GripperState.CLOSED
