"""How demonstrations are made: the experts' settings, and how they are disturbed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.expert import ExpertConfig
from vinn_training.sim.push_expert import PushConfig
from vinn_training.sim.stack_expert import StackConfig


@dataclass(frozen=True)
class RecordingConfig:
    """How demonstrations are made.

    The expert is disturbed, and its label stays what it wanted: the bank then holds states off the ideal path with
    the way back (Laskey et al., DART, 2017). Each step of an expert says how much of the disturbance it bears.

    Attributes:
        expert: How the expert opens the door.
        push: How the expert pushes.
        stack: How the expert stacks.
        approach_noise_m: Standard deviation per axis of what is added to a step with the gripper open.
        pull_noise_m: The same for a step with something held.
        kick_probability: Of a larger disturbance of a step with the gripper open.
        kick_m: Its standard deviation per axis.
        slip_probability: Of the gripper closing too early, on a step with the gripper open; it may last.
        delay_probability: Of the gripper not closing when it should, while the robot drifts a little.
        max_steps: Longest demonstration.

    Raises:
        InvalidInput: If a noise is negative or not finite, or there is no step.
    """

    expert: ExpertConfig = field(default_factory=ExpertConfig)
    push: PushConfig = field(default_factory=PushConfig)
    stack: StackConfig = field(default_factory=StackConfig)
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
