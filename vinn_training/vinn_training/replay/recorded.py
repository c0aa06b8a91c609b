"""What a bag holds of a session with the policy: frozen records, times in nanoseconds since the epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray, GripperState, ImageArray
from vinn_training.policy.config import PolicyConfig

#: Three numbers as messages carry them: (3,) float64.
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class RecordedFrame:
    """One image of the wrist camera.

    Attributes:
        stamp_ns: Of its header; the time of receipt where none of the bag's images has a stamp.
        received_ns: When the recorder got it.
        load: Returns the picture, see `read`.
    """

    stamp_ns: int
    received_ns: int
    load: Callable[[], ImageArray]

    def read(self) -> ImageArray:
        """Return the picture, (H, W, 3) uint8 RGB, decoded anew with every call.

        Raises:
            InvalidDemonstration: If it cannot be read or decoded; the message names bag, topic and time.
        """
        return self.load()


@dataclass(frozen=True, eq=False)
class RecordedEmbedding:
    """What perception answered to one image.

    Attributes:
        stamp_ns: Of the image.
        received_ns: When the recorder got the embedding.
        encoder_id: Fingerprint of the encoder that made it.
        embedding: (D,) float32.
    """

    stamp_ns: int
    received_ns: int
    encoder_id: str
    embedding: FloatArray


class RecordedNeighbor(NamedTuple):
    """One demonstration frame that an action was made of.

    Attributes:
        demonstration: Name of the demonstration.
        frame: Index of the frame within it.
        distance: Euclidean distance of the embeddings.
        weight: Share in the regression, 0 to 1.
    """

    demonstration: str
    frame: int
    distance: float
    weight: float


@dataclass(frozen=True, eq=False)
class RecordedAction:
    """What the policy answered to one image.

    Attributes:
        stamp_ns: Of the image.
        received_ns: When the recorder got the action.
        direction: (3,) float64, a_hat, camera optical frame.
        translation: (3,) float64, c (.) a_hat, a fraction of the step length, camera optical frame.
        gripper_opening: Regressed opening, 0 closed to 1 open.
        gripper: After thresholds with hysteresis.
        neighbors: Nearest first.
        bank_id: Fingerprint of the bank that answered.
        bank_version: 0 as it was loaded, counted up with every change.
        settings: The policy's parameters for this image.
        encoder_id: Fingerprint of the encoder that made the embedding.
        distance_quantile: Where the nearest distance fell among held-out demonstration frames, 0 to 1.
        hold: Whether the robot was not to move on it.
        hold_reason: Why, empty otherwise.
    """

    stamp_ns: int
    received_ns: int
    direction: Vector
    translation: Vector
    gripper_opening: float
    gripper: GripperState
    neighbors: tuple[RecordedNeighbor, ...]
    bank_id: str
    bank_version: int
    settings: PolicyConfig
    encoder_id: str
    distance_quantile: float
    hold: bool
    hold_reason: str


@dataclass(frozen=True)
class RecordedBank:
    """A version of the bank that the policy asked.

    Attributes:
        bank_id: Its fingerprint, as actions name it.
        version: 0 as it was loaded, counted up with every change.
        demonstrations: Names of all its demonstrations.
        disabled: Names of those whose frames were not answered.
    """

    bank_id: str
    version: int
    demonstrations: tuple[str, ...]
    disabled: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class RecordedCommand:
    """What the bridge sent to the driver.

    Attributes:
        stamp_ns: Of the image that it answers.
        received_ns: When the recorder got it.
        sent_at_ns: When it left the bridge.
        requested_m: (3,) float64, translation asked for, metres, base_link.
        commanded_m: (3,) float64, translation after limits, metres, base_link.
        stopped: Whether it is a stop.
        reason: Why it stopped, empty otherwise.
        clipped: One line for each limit that changed the command.
        gripper: Gripper command.
    """

    stamp_ns: int
    received_ns: int
    sent_at_ns: int
    requested_m: Vector
    commanded_m: Vector
    stopped: bool
    reason: str
    clipped: tuple[str, ...]
    gripper: GripperState


@dataclass(frozen=True)
class ParameterChange:
    """One parameter that was changed while a node ran.

    Attributes:
        time_ns: When, by the node.
        node: Full name of the node.
        name: Of the parameter.
        value: New value: bool, int, float, str, a tuple of these, or None where it was removed.
    """

    time_ns: int
    node: str
    name: str
    value: Any
