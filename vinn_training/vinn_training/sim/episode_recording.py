"""One demonstration by the scripted expert: pictures, camera motion and gripper commands."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray, GripperState, ImageArray
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.expert import DoorExpert, ExpertConfig, ExpertStep

#: From this door angle on, a lost handle spoils the demonstration.
AJAR_RAD = math.radians(4.0)
#: A camera that moved less than this between two frames was at rest.
REST_M = 0.005


@dataclass(frozen=True)
class RecordingConfig:
    """How demonstrations are made.

    The expert is disturbed, and its label stays what it wanted: the bank then holds states off the ideal path with
    the way back (Laskey et al., DART, 2017).

    Attributes:
        expert: How the expert opens the door.
        approach_noise_m: Standard deviation per axis of what is added to a step towards the handle.
        pull_noise_m: The same for a step with the handle held.
        kick_probability: Of a larger disturbance of a step towards the handle.
        kick_m: Its standard deviation per axis.
        slip_probability: Of the gripper closing too early, on a step towards the handle; it may last.
        delay_probability: Of the gripper not closing when it should, while the robot drifts a little.
        max_steps: Longest demonstration.

    Raises:
        InvalidInput: If a noise is negative or not finite, or there is no step.
    """

    expert: ExpertConfig = field(default_factory=ExpertConfig)
    approach_noise_m: float = 0.008
    pull_noise_m: float = 0.004
    kick_probability: float = 0.10
    kick_m: float = 0.03
    slip_probability: float = 0.05
    delay_probability: float = 0.5
    max_steps: int = 80

    def __post_init__(self) -> None:
        probabilities = ("kick_probability", "slip_probability", "delay_probability")
        for name in ("approach_noise_m", "pull_noise_m", "kick_m", *probabilities):
            value = getattr(self, name)
            top = 1.0 if name in probabilities else math.inf
            if not math.isfinite(value) or not 0.0 <= value <= top:
                raise InvalidInput(f"recording: {name} is {value}; expected zero or more, a probability at most 1")
        if self.max_steps < 1:
            raise InvalidInput(f"recording: max_steps is {self.max_steps}; expected one or more")


class RecordedEpisode(NamedTuple):
    """A demonstration in memory.

    Attributes:
        images: T pictures, (H, W, 3) uint8 RGB.
        directions: (T, 3) float32, unit length or zero, camera optical frame at that frame.
        lengths_m: (T,) float32, length of that motion, without the disturbance.
        gripper: (T,) float32, commanded opening: 0 closed, 1 open.
        door_angle_rad: Door angle at the end.
        success: Whether the expert opened the door as far as it wanted, in one pull. Coming back to a door that is
            ajar looks much like pulling it, and would teach the opposite.
    """

    images: list[ImageArray]
    directions: FloatArray
    lengths_m: FloatArray
    gripper: FloatArray
    door_angle_rad: float
    success: bool


def record_episode(loop: ClosedLoop, rng: np.random.Generator, config: RecordingConfig) -> RecordedEpisode:
    """Let the expert open the door of the loop's scene once.

    Args:
        loop: Freshly reset.
        rng: Source of the disturbances.
        config: How.

    Returns:
        One frame per step and one at rest at the end. Directions are the camera's measured motion to the next frame
        without the disturbance that was added.

    Raises:
        SimulationError: If the physics diverged or OpenGL cannot start.
    """
    expert, disturber = DoorExpert(config.expert), _Disturber(rng, config)
    images: list[ImageArray] = []
    directions: list[NDArray[np.float64]] = []
    lengths_m: list[float] = []
    gripper: list[float] = []
    done = lost = False
    while not (done or lost) and len(images) <= config.max_steps:
        finger_rad = loop.sim.joint_positions()[joints.FINGER_LEFT]
        wanted = expert.decide(loop.sim.grasp_geometry(), loop.sim.task_state(), finger_rad)
        images.append(loop.sim.render_wrist())
        gripper.append(1.0 if wanted.gripper == GripperState.OPEN else 0.0)
        done = wanted.done
        lost = wanted.gripper == GripperState.OPEN and loop.sim.task_state().door_angle_rad > AJAR_RAD
        noise_world, gripper_done = disturber.disturb(wanted)
        before_m, optical_to_world = loop.sim.wrist_camera_pose()
        loop.move(optical_to_world.T @ (wanted.translation_world_m + noise_world), gripper_done)
        after_m, _ = loop.sim.wrist_camera_pose()
        directions.append(label_direction(optical_to_world.T @ (after_m - before_m), optical_to_world.T @ noise_world))
        lengths_m.append(float(np.linalg.norm(after_m - before_m - noise_world)))
    return RecordedEpisode(
        images=images,
        directions=np.array(directions, dtype=np.float32),
        lengths_m=np.array(lengths_m, dtype=np.float32),
        gripper=np.array(gripper, dtype=np.float32),
        door_angle_rad=loop.sim.task_state().door_angle_rad,
        success=done,
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
        moving = bool(wanted.translation_world_m.any())
        if wanted.gripper == GripperState.OPEN:
            # A slip that has begun goes on as often as not.
            self._slipping = bool(slip < (0.5 if self._slipping else config.slip_probability))
            scale_m = config.kick_m if kick < config.kick_probability else config.approach_noise_m
            return draw * scale_m, GripperState.CLOSED if self._slipping else GripperState.OPEN
        self._slipping = False
        if moving:
            return draw * config.pull_noise_m, GripperState.CLOSED
        if not wanted.done and delay < config.delay_probability:
            return draw * config.approach_noise_m, GripperState.OPEN
        return np.zeros(3), GripperState.CLOSED
