"""The sequence form of implicit BC behind the common interface: it looks, carries out its actions, and looks again."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration, FloatArray, ImageArray
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder, required
from vinn_training.policy.interface import Observation, Prediction, check_demonstrations
from vinn_training.policy.learned.implicit_bc_sequence import SequenceConfig, SequenceImplicitBc
from vinn_training.policy.learned.sequences import SequenceEpisode
from vinn_training.policy.unit_sphere import to_unit_sphere

_CAMERA = "wrist"
#: Side of the pictures that the policy's own network sees, pixels.
_SIDE_PX = 84


@dataclass(frozen=True)
class ChunkConfig:
    """How the sequence form is used on VINN's demonstrations: an action is direction and gripper, four numbers.

    Attributes:
        vision: "trained": the policy's own picture network, trained with it; "frozen": the given encoder's
            embeddings stand as low-dimensional observations.
        unit: Make the answered directions unit length.
        sequence: Training and search.

    Raises:
        InvalidInput: If `vision` is unknown.
    """

    vision: Literal["trained", "frozen"] = "trained"
    unit: bool = False
    sequence: SequenceConfig = field(default_factory=SequenceConfig)

    def __post_init__(self) -> None:
        if self.vision not in ("trained", "frozen"):
            raise InvalidInput(f"vision is {self.vision!r}; expected trained or frozen")


class ImplicitBcChunksPolicy:
    """Carries out `action_steps` predicted actions, then looks again. t = 0 forgets the former episode.

    Args:
        config: How to train and to answer.
        seed: Of weights, order, negatives and candidates, zero or more.
    """

    def __init__(self, config: ChunkConfig | None = None, seed: int = 0) -> None:
        self._config = config or ChunkConfig()
        self._policy = SequenceImplicitBc(self._config.sequence, seed)
        self._seen: deque[NDArray[np.generic]] = deque(maxlen=self._config.sequence.observation_steps)
        self._planned: deque[NDArray[np.float64]] = deque()

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Train from new random weights.

        Raises:
            InvalidInput: If there is no demonstration, no encoder with `vision` frozen, or training diverges.
            InvalidDemonstration: If an image cannot be read.
        """
        check_demonstrations(demonstrations)
        self._policy.fit([self._episode(item, encoder) for item in demonstrations])
        self._seen.clear()
        self._planned.clear()

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return the next planned action, after planning anew where none is left.

        Raises:
            InvalidInput: If nothing was fitted, or the observation lacks what is looked at.
            InvalidDemonstration: If the image cannot be read.
        """
        if t == 0:
            self._seen.clear()
            self._planned.clear()
        frozen = self._config.vision == "frozen"
        now: NDArray[np.generic] = observation.required_embedding() if frozen else _shrink(observation.required_image())
        while len(self._seen) < self._config.sequence.observation_steps - 1:
            self._seen.append(now)  # before the start the first frame is repeated
        self._seen.append(now)
        if not self._planned:
            self._planned.extend(self._plan(np.stack(list(self._seen)), frozen))
        action = self._planned.popleft()
        direction = to_unit_sphere(action[:3]) if self._config.unit else action[:3]
        return Prediction(direction, float(np.clip((action[3] + 1.0) / 2.0, 0.0, 1.0)))

    def _plan(self, seen: NDArray[np.generic], frozen: bool) -> NDArray[np.float64]:
        if frozen:
            return self._policy.predict({}, seen.astype(np.float32))
        return self._policy.predict({_CAMERA: seen.astype(np.uint8)}, np.zeros((len(seen), 0), dtype=np.float32))

    def _episode(self, demonstration: Demonstration, encoder: FrameEncoder | None) -> SequenceEpisode:
        gripper = (2.0 * demonstration.gripper - 1.0)[:, None]
        actions: FloatArray = np.concatenate([demonstration.directions, gripper], axis=1).astype(np.float32)
        if self._config.vision == "frozen":
            states = required(encoder, "implicit BC on frozen embeddings").embed(demonstration)
            return SequenceEpisode(demonstration.name, actions, states)
        images = np.stack([_shrink(demonstration.load_image(t)) for t in range(len(demonstration))])
        nothing: FloatArray = np.zeros((len(actions), 0), dtype=np.float32)
        return SequenceEpisode(demonstration.name, actions, nothing, {_CAMERA: images})


def _shrink(image: ImageArray) -> ImageArray:
    return np.asarray(cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)
