"""What is shown of one action, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray, GripperState, ImageArray


@dataclass(frozen=True)
class AskedNeighbor:
    """One neighbour as an action names it.

    Attributes:
        demonstration: Its name in the bank.
        frame: Index of the frame within it.
        distance: Distance of the embeddings.
        weight: Share in the regression.
    """

    demonstration: str
    frame: int
    distance: float
    weight: float


@dataclass(frozen=True)
class SettingsReading:
    """The policy's parameters, as far as they are shown.

    Attributes:
        k: Neighbours asked.
        temperature: Of the softmin.
        close_below: Regressed openings up to this close the gripper.
        open_above: Regressed openings from this on open it.
        hold_above: The policy holds above this quantile of the distances between demonstrations.
    """

    k: int
    temperature: float
    close_below: float
    open_above: float
    hold_above: float


@dataclass(frozen=True, eq=False)
class ActionReading:
    """One action of the policy.

    Attributes:
        stamp_ns: Of the image that it answers.
        frame_id: The camera's optical frame.
        direction: (3,) float64, a_hat: right, down, forward; length at most 1.
        translation: (3,) float64, c (.) a_hat.
        gripper_opening: Regressed opening, 0 closed to 1 open.
        gripper: The opening after thresholds.
        neighbors: Nearest first.
        bank_id: Fingerprint of the bank that answered.
        bank_version: 0 as it was loaded.
        encoder_id: Fingerprint of the encoder.
        distance_quantile: Where the nearest distance falls among held-out frames.
        hold: Whether the robot must not move on it.
        hold_reason: Why.
        settings: The policy's parameters; None where the action does not tell them.
    """

    stamp_ns: int
    frame_id: str
    direction: NDArray[np.float64]
    translation: NDArray[np.float64]
    gripper_opening: float
    gripper: GripperState
    neighbors: tuple[AskedNeighbor, ...]
    bank_id: str
    bank_version: int
    encoder_id: str
    distance_quantile: float
    hold: bool
    hold_reason: str
    settings: SettingsReading | None


@dataclass(frozen=True)
class CommandReading:
    """What the bridge made of an action.

    Attributes:
        stamp_ns: Of the image that the action answered.
        commanded_m: Translation of the camera after limits, in base_link (x forward, y left, z up).
        stopped: Whether it was a stop.
        reason: Why it stopped.
        clipped: One line per limit that changed it.
    """

    stamp_ns: int
    commanded_m: tuple[float, float, float]
    stopped: bool
    reason: str
    clipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class BankReading:
    """The bank that the policy asks, as it tells it.

    Attributes:
        version: 0 as it was loaded.
        bank_id: Its fingerprint.
        change: What made it of the version before.
        frames: Number of frames by demonstration.
    """

    version: int
    bank_id: str
    change: str
    frames: dict[str, int]


@dataclass(frozen=True, eq=False)
class ShownNeighbor:
    """One neighbour with what was demonstrated there, where that is known.

    Attributes:
        asked: What the action says of it.
        picture: (H, W, 3) uint8 RGB, or None.
        direction: (3,) float32, unit length or zeros, camera optical frame; None where it is not known.
        gripper: Demonstrated opening; None where it is not known.
    """

    asked: AskedNeighbor
    picture: ImageArray | None = None
    direction: FloatArray | None = None
    gripper: float | None = None


@dataclass(frozen=True, eq=False)
class View:
    """All that is shown of one action.

    Attributes:
        action: The action.
        query: The image that it answers, (H, W, 3) uint8 RGB, or None.
        query_problem: Why there is no image.
        neighbors: The first of the action's.
        command: The newest of the bridge; None where it has sent none.
        notes: What else the reader should know, one line each.
        hold_distance: Nearest distance above which the policy holds; None where it is not known, or it never does.
    """

    action: ActionReading
    query: ImageArray | None
    query_problem: str
    neighbors: tuple[ShownNeighbor, ...]
    command: CommandReading | None = None
    notes: tuple[str, ...] = ()
    hold_distance: float | None = None
