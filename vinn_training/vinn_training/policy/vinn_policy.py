"""VINN's policy: nearest neighbours of an embedding, their weighted action, and whether to trust it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.index import ExactIndex, Index, Nearest
from vinn_training.contracts import Action, FloatArray, GripperState, Neighbor
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.knn import regress, softmin_weights


@dataclass(frozen=True)
class PolicyDecision:
    """What the robot is to do about one image, and why.

    Attributes:
        action: a_hat, the regressed gripper opening, and the neighbours they come from.
        translation: (3,) float32, c (.) a_hat: a fraction of the step length, camera optical frame. Not zeroed by
            `hold`: whoever moves the robot must look at it.
        gripper: The opening after thresholds with hysteresis.
        distance_quantile: Where the nearest distance falls among held-out demonstration frames, in [0, 1].
        hold: True: the robot must not move on this.
        hold_reason: Why, empty otherwise.
    """

    action: Action
    translation: FloatArray
    gripper: GripperState
    distance_quantile: float
    hold: bool
    hold_reason: str


class VinnPolicy:
    """Neighbour regression over a bank. One instance serves one robot: it remembers the gripper's state.

    Args:
        bank: Demonstration frames.
        config: Parameters; may be replaced at any time, effective on the next image.
        calibration: Yardstick for distances; without one every quantile is 0 and nothing holds.
        index: Search over the bank's embeddings; exact where None.
    """

    def __init__(
        self,
        bank: Bank,
        config: PolicyConfig | None = None,
        calibration: DistanceCalibration | None = None,
        index: Index | None = None,
    ) -> None:
        self.bank = bank
        self.config = config or PolicyConfig()
        self._calibration = calibration or DistanceCalibration((), 0)
        self._index = index or ExactIndex(bank.embeddings)
        self._gripper = GripperState.UNKNOWN

    def reset(self, gripper: GripperState = GripperState.UNKNOWN) -> None:
        """Forget the gripper's state, for example before a new episode."""
        self._gripper = gripper

    def act(self, embedding: FloatArray) -> Action:
        """Return a_hat, the regressed opening and the neighbours for a (D,) embedding; changes no state.

        Raises:
            InvalidInput: If the embedding has another length or is not finite.
        """
        return self._action(self._index.query(embedding, self.config.k), self.config)

    def decide(self, embedding: FloatArray) -> PolicyDecision:
        """Return what to do about the image with this (D,) embedding, and remember the gripper's state.

        An embedding that is refused changes no state, and neither does one on which the robot holds.

        Raises:
            InvalidInput: If the embedding has another length or is not finite.
        """
        config = self.config  # one value for the whole decision, whoever replaces it meanwhile
        nearest = self._index.query(embedding, config.k)
        action = self._action(nearest, config)
        quantile = self._calibration.quantile(float(nearest.distances[0]))
        hold = quantile > config.hold_distance_quantile
        if not hold:
            self._gripper = config.gripper_thresholds.next_state(self._gripper, action.gripper_opening)
        return PolicyDecision(
            action=action,
            translation=(np.asarray(config.action_scale) * action.direction).astype(np.float32),
            gripper=self._gripper,
            distance_quantile=quantile,
            hold=hold,
            hold_reason=self._hold_reason(nearest, quantile, config) if hold else "",
        )

    def _action(self, nearest: Nearest, config: PolicyConfig) -> Action:
        weights = softmin_weights(nearest.distances, config.temperature)
        rows = nearest.rows
        neighbors = tuple(
            Neighbor(
                demonstration=self.bank.demonstration_names[self.bank.demonstration[row]],
                frame=int(self.bank.frame[row]),
                distance=float(distance),
                weight=float(weight),
                row=int(row),
            )
            for row, distance, weight in zip(rows, nearest.distances, weights, strict=True)
        )
        opening = float(regress(self.bank.gripper[rows], weights))
        return Action(
            direction=regress(self.bank.directions[rows], weights).astype(np.float32),
            gripper_opening=min(max(opening, 0.0), 1.0),  # rounding may leave [0, 1] by 1e-16
            neighbors=neighbors,
        )

    def _hold_reason(self, nearest: Nearest, quantile: float, config: PolicyConfig) -> str:
        row = int(nearest.rows[0])
        name = self.bank.demonstration_names[self.bank.demonstration[row]]
        return (
            f"unfamiliar image: nearest frame ('{name}' {self.bank.frame[row]}) at distance "
            f"{nearest.distances[0]:.4g}, quantile {quantile:.4f} of the distances between demonstrations; "
            f"holding above {config.hold_distance_quantile}"
        )
