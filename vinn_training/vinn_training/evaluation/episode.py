"""One closed-loop episode in simulation: image, action, motion, one step at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vinn_training.evaluation.policies import EpisodePolicy
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.stretch_sim import StretchSim


@dataclass(frozen=True)
class EpisodeConfig:
    """Rules of an episode.

    Attributes:
        step_m: Length of a step whose translation has length 1.
        max_steps: The episode ends after so many images.
        open_deg: The door counts as opened from this angle on.
        max_refusals: The episode ends after so many steps in a row that moved nothing (hold, or no solution).

    Raises:
        InvalidInput: If a number is not positive.
    """

    step_m: float = 0.04
    max_steps: int = 40
    open_deg: float = 30.0
    max_refusals: int = 5

    def __post_init__(self) -> None:
        for name in ("step_m", "max_steps", "open_deg", "max_refusals"):
            value = getattr(self, name)
            if not math.isfinite(value) or value <= 0:
                raise InvalidInput(f"episode: {name} is {value}; expected a positive number")


class EpisodeResult(NamedTuple):
    """How an episode ended.

    Attributes:
        handle_grasped: Both fingertips touched the handle at the end of some step.
        door_opened: The door reached the angle that counts.
        door_angle_deg: Largest door angle, at the end of a step.
        steps: Number of images that were acted upon.
        reason: Why the episode ended.
    """

    handle_grasped: bool
    door_opened: bool
    door_angle_deg: float
    steps: int
    reason: str


def run_episode(
    loop: ClosedLoop,
    policy: EpisodePolicy,
    config: EpisodeConfig | None = None,
    on_step: Callable[[StretchSim], None] | None = None,
    seed: int = 0,
) -> EpisodeResult:
    """Let a policy act until the door is open, the steps are used up, or nothing can be done.

    The policy sees the wrist camera's images and nothing else.

    Args:
        loop: Freshly reset to the scene.
        policy: Is reset first.
        config: Rules.
        on_step: Called after each motion, for example to record a video.
        seed: Of what the policy draws, where it draws anything.

    Raises:
        SimulationError: If OpenGL cannot start or the physics diverged.
    """
    config = config or EpisodeConfig()
    policy.reset(seed)
    grasped, angle_deg, refusals = False, 0.0, 0
    for step in range(1, config.max_steps + 1):
        wanted = policy.step(loop.sim.render_wrist())
        translation_m = np.zeros(3) if wanted.hold_reason else wanted.translation * config.step_m
        motion = loop.move(translation_m, wanted.gripper)
        if on_step is not None:
            on_step(loop.sim)
        state = loop.sim.task_state()
        grasped = grasped or state.handle_grasped
        angle_deg = max(angle_deg, math.degrees(state.door_angle_rad))
        if angle_deg >= config.open_deg:
            return EpisodeResult(grasped, True, angle_deg, step, "door opened")
        problem = f"held: {wanted.hold_reason}" if wanted.hold_reason else motion.reason
        refusals = refusals + 1 if problem else 0
        if refusals >= config.max_refusals:
            return EpisodeResult(grasped, False, angle_deg, step, problem)
    return EpisodeResult(grasped, False, angle_deg, config.max_steps, "step limit")
