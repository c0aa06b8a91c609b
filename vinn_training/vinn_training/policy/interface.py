"""One interface for all methods of the paper's tables: fit on demonstrations, then answer one frame after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration, FloatArray, ImageArray
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder


class Prediction(NamedTuple):
    """What a method says for one frame.

    Attributes:
        direction: (3,) float64, camera optical frame; as the method gives it, not made unit length.
        gripper_opening: In [0, 1].
    """

    direction: NDArray[np.float64]
    gripper_opening: float


@dataclass(frozen=True)
class Observation:
    """What a method may look at. Either part may be missing where the method at hand does not ask for it.

    Attributes:
        embedding: (D,) float32 of the encoder that the method was fitted with.
        load_image: Returns the picture, (H, W, 3) uint8 RGB.
    """

    embedding: FloatArray | None = None
    load_image: Callable[[], ImageArray] | None = None

    def required_embedding(self) -> FloatArray:
        """Return the embedding.

        Raises:
            InvalidInput: If there is none.
        """
        if self.embedding is None:
            raise InvalidInput("observation has no embedding; this method needs the encoder it was fitted with")
        return self.embedding

    def required_image(self) -> ImageArray:
        """Return the picture.

        Raises:
            InvalidInput: If there is none.
            InvalidDemonstration: If it cannot be read.
        """
        if self.load_image is None:
            raise InvalidInput("observation has no image; this method looks at pictures")
        return self.load_image()


class ImitationPolicy(Protocol):
    """A method that learns from demonstrations. Frames of an episode are shown in order; t = 0 starts a new one."""

    def fit(self, demonstrations: Sequence[Demonstration], encoder: FrameEncoder | None) -> None:
        """Learn, forgetting what was learned before.

        Args:
            demonstrations: At least one.
            encoder: Makes embeddings; None where the method needs none.

        Raises:
            InvalidInput: If there is no demonstration, or no encoder and the method needs one.
            InvalidDemonstration: If an image cannot be read.
        """

    def predict(self, observation: Observation, t: int) -> Prediction:
        """Return the action for a frame.

        Args:
            observation: The frame.
            t: Its number within the episode, from 0.

        Raises:
            InvalidInput: If the method was not fitted, or the observation lacks what it needs.
        """


def predict_episode(
    policy: ImitationPolicy, demonstration: Demonstration, encoder: FrameEncoder | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Show a policy the frames of a demonstration in order.

    Args:
        policy: Fitted with `encoder`.
        demonstration: Not one that it was fitted on, where errors are to mean something.
        encoder: None where the policy needs none.

    Returns:
        (T, 3) directions in the camera optical frame and (T,) openings, float64.

    Raises:
        InvalidInput: As the policy's `predict`.
        InvalidDemonstration: If an image cannot be read.
    """
    embeddings = None if encoder is None else encoder.embed(demonstration)
    answers = [
        policy.predict(
            Observation(
                embedding=None if embeddings is None else embeddings[t],
                load_image=lambda index=t: demonstration.load_image(index),  # type: ignore[misc]
            ),
            t,
        )
        for t in range(len(demonstration))
    ]
    return (
        np.stack([np.asarray(answer.direction, dtype=np.float64) for answer in answers]),
        np.array([answer.gripper_opening for answer in answers], dtype=np.float64),
    )


def check_demonstrations(demonstrations: Sequence[Demonstration]) -> None:
    """Refuse an empty training set.

    Raises:
        InvalidInput: If there is no demonstration.
    """
    if not demonstrations:
        raise InvalidInput("no demonstrations to learn from; expected at least one (is the training side empty?)")
