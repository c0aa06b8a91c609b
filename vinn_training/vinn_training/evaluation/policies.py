"""What a closed-loop episode asks of a policy, and the policies that trials compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.contracts import GripperState, ImageArray
from vinn_training.encoder.runtime import EncoderRuntime
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.interface import ImitationPolicy, Observation
from vinn_training.policy.vinn_policy import VinnPolicy


class PolicyStep(NamedTuple):
    """What a policy wants for one image.

    Attributes:
        translation: (3,) float64, fraction of the step length, camera optical frame (x right, y down, z forward).
        gripper: Commanded state; UNKNOWN leaves the gripper as it is.
        hold_reason: Why the robot must not move now, empty otherwise.
    """

    translation: NDArray[np.float64]
    gripper: GripperState
    hold_reason: str


class EpisodePolicy(Protocol):
    """A policy that drives one episode after the other. It sees images only."""

    def reset(self, seed: int = 0) -> None:
        """Forget the former episode.

        Args:
            seed: Of what the policy draws in the next one, where it draws anything: a trial depends on its seed alone.
        """

    def step(self, image: ImageArray) -> PolicyStep:
        """Return what to do on an image, (H, W, 3) uint8 RGB."""


class LearnedPolicy:
    """Encoder and neighbour regression, as on the robot.

    Args:
        encoder: Makes embeddings.
        policy: Neighbour regression over a bank of the same encoder.

    Raises:
        InvalidInput: If the bank was made with another encoder.
    """

    def __init__(self, encoder: EncoderRuntime, policy: VinnPolicy) -> None:
        if policy.bank.encoder_id != encoder.encoder_id:
            raise InvalidInput(
                f"the bank is of encoder {policy.bank.encoder_id}, the encoder is {encoder.encoder_id}; "
                "distances between them mean nothing: take both from one bundle"
            )
        self._encoder = encoder
        self._policy = policy

    def reset(self, seed: int = 0) -> None:
        """Forget the gripper's state; nothing is drawn."""
        self._policy.reset()

    def step(self, image: ImageArray) -> PolicyStep:
        """Return what the neighbours of the image did."""
        decision = self._policy.decide(self._encoder.encode([image])[0])
        return PolicyStep(decision.translation.astype(np.float64), decision.gripper, decision.hold_reason)


class BlindPolicy:
    """The open-loop baseline: at time step t, the mean action of all demonstrations at t. It looks at no image.

    Args:
        bank: Gives the demonstrations' actions; its embeddings are not used.

    Raises:
        InvalidInput: If no demonstration of the bank has a first frame.
    """

    def __init__(self, bank: Bank) -> None:
        steps = int(bank.frame.max()) + 1
        members = [bank.frame == step for step in range(steps)]
        if not members[0].any():
            raise InvalidInput("the bank has no first frame of any demonstration; build it from whole demonstrations")
        known = [rows for rows in members if rows.any()]
        self._directions = np.array([bank.directions[rows].mean(axis=0, dtype=np.float64) for rows in known])
        self._openings = np.array([bank.gripper[rows].mean(dtype=np.float64) for rows in known])
        self._time_step = 0

    def reset(self, seed: int = 0) -> None:
        """Go back to the first time step; nothing is drawn."""
        self._time_step = 0

    def step(self, image: ImageArray) -> PolicyStep:
        """Return the mean action of this time step; the last one's gripper at rest when all have ended."""
        index = min(self._time_step, len(self._openings) - 1)
        over = self._time_step >= len(self._openings)
        self._time_step += 1
        gripper = GripperState.OPEN if self._openings[index] >= 0.5 else GripperState.CLOSED
        return PolicyStep(np.zeros(3) if over else self._directions[index].copy(), gripper, "")


class MethodPolicy:
    """A method of the paper's tables in closed loop: c and the gripper's thresholds are applied as to VINN's answers.

    Args:
        make: Returns the method, fitted, given the seed of an episode; most methods draw nothing and ignore it.
        config: c and the thresholds.
        encoder: Makes the embeddings; None where the method looks at pictures or at nothing.
    """

    def __init__(
        self, make: Callable[[int], ImitationPolicy], config: PolicyConfig, encoder: EncoderRuntime | None = None
    ) -> None:
        self._make = make
        self._config = config
        self._encoder = encoder
        self.reset()

    def reset(self, seed: int = 0) -> None:
        """Forget time step and gripper, and draw from this seed."""
        self._method = self._make(seed)
        self._time_step = 0
        self._gripper = GripperState.UNKNOWN

    def step(self, image: ImageArray) -> PolicyStep:
        """Return the method's answer to an image; a direction longer than 1 is cut to 1, as VINN's cannot be."""
        embedding = None if self._encoder is None else self._encoder.encode([image])[0]
        answer = self._method.predict(Observation(embedding, lambda: image), self._time_step)
        self._time_step += 1
        self._gripper = self._config.gripper_thresholds.next_state(self._gripper, answer.gripper_opening)
        direction = answer.direction / max(1.0, float(np.linalg.norm(answer.direction)))
        return PolicyStep(np.asarray(self._config.action_scale) * direction, self._gripper, "")
