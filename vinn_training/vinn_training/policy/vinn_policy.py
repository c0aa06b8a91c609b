"""VINN's policy: nearest neighbours of an embedding, their weighted action, and whether to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vinn_training.bank.bank import Bank
from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.bank_view import BankView
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.index import ExactIndex, Index, Nearest
from vinn_training.contracts import Action, FloatArray, GripperState, Neighbor
from vinn_training.exceptions import InvalidInput
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
        config: The parameters that were used.
        bank: The demonstration frames that were asked.
        bank_version: Their number: 0 as the policy was made, else that of the `BankVersion`.
    """

    action: Action
    translation: FloatArray
    gripper: GripperState
    distance_quantile: float
    hold: bool
    hold_reason: str
    config: PolicyConfig
    bank: BankView
    bank_version: int

    @property
    def bank_id(self) -> str:
        """Fingerprint of the demonstration frames that were asked."""
        return self.bank.bank_id


class _Memory(NamedTuple):
    """What is remembered of the demonstrations; replaced as a whole."""

    bank: BankView
    search: Index
    calibration: DistanceCalibration
    version: int

    def nearest(self, embedding: FloatArray, k: int) -> Nearest:
        return self.search.query(embedding, k, self.bank.keep)


class VinnPolicy:
    """Neighbour regression over a bank. One instance serves one robot: it remembers the gripper's state.

    Args:
        bank: Demonstration frames; those of disabled demonstrations are not answered.
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
        self.config = config or PolicyConfig()
        self._memory = _Memory(
            bank,
            index if index is not None else ExactIndex(bank.embeddings),
            calibration or DistanceCalibration((), 0),
            version=0,
        )
        self._gripper = GripperState.UNKNOWN

    @property
    def bank(self) -> BankView:
        """The demonstration frames that are asked."""
        return self._memory.bank

    def use(self, version: BankVersion) -> None:
        """Ask another version of the bank from the next image on; a decision that is being made ends with the old one.

        Args:
            version: Of a `LiveBank`, of the same encoder. Where it has no yardstick for distances, the present one
                goes on.

        Raises:
            InvalidInput: If it is of another encoder or embedding size; the old bank goes on.
        """
        old = self._memory
        if (version.encoder_id, version.embedding_size) != (old.bank.encoder_id, old.bank.embedding_size):
            raise InvalidInput(
                f"the new bank is of encoder {version.encoder_id} with {version.embedding_size} numbers, the old one "
                f"of {old.bank.encoder_id} with {old.bank.embedding_size}; expected the same encoder"
            )
        _ = version.keep, version.index, version.bank_id  # made here, so that no image waits for them
        self._memory = _Memory(version, version.index, version.calibration or old.calibration, version.version)

    def reset(self, gripper: GripperState = GripperState.UNKNOWN) -> None:
        """Forget the gripper's state, for example before a new episode."""
        self._gripper = gripper

    def act(self, embedding: FloatArray) -> Action:
        """Return a_hat, the regressed opening and the neighbours for a (D,) embedding; changes no state.

        Raises:
            InvalidInput: If the embedding has another length or is not finite.
        """
        memory, config = self._memory, self.config
        return self._action(memory.bank, memory.nearest(embedding, config.k), config)

    def decide(self, embedding: FloatArray) -> PolicyDecision:
        """Return what to do about the image with this (D,) embedding, and remember the gripper's state.

        An embedding that is refused changes no state, and neither does one on which the robot holds.

        Raises:
            InvalidInput: If the embedding has another length or is not finite.
        """
        config, memory = self.config, self._memory  # the same for the whole decision, whoever replaces them meanwhile
        nearest = memory.nearest(embedding, config.k)
        action = self._action(memory.bank, nearest, config)
        quantile = memory.calibration.quantile(float(nearest.distances[0]))
        hold = quantile > config.hold_distance_quantile
        if not hold:
            self._gripper = config.gripper_thresholds.next_state(self._gripper, action.gripper_opening)
        return PolicyDecision(
            action=action,
            translation=(np.asarray(config.action_scale) * action.direction).astype(np.float32),
            gripper=self._gripper,
            distance_quantile=quantile,
            hold=hold,
            hold_reason=self._hold_reason(memory.bank, nearest, quantile, config) if hold else "",
            config=config,
            bank=memory.bank,
            bank_version=memory.version,
        )

    @staticmethod
    def _action(bank: BankView, nearest: Nearest, config: PolicyConfig) -> Action:
        weights = softmin_weights(nearest.distances, config.temperature)
        rows = nearest.rows
        neighbors = tuple(
            Neighbor(
                demonstration=bank.demonstration_names[bank.demonstration[row]],
                frame=int(bank.frame[row]),
                distance=float(distance),
                weight=float(weight),
                row=int(row),
            )
            for row, distance, weight in zip(rows, nearest.distances, weights, strict=True)
        )
        opening = float(regress(bank.gripper[rows], weights))
        return Action(
            direction=regress(bank.directions[rows], weights).astype(np.float32),
            gripper_opening=min(max(opening, 0.0), 1.0),  # rounding may leave [0, 1] by 1e-16
            neighbors=neighbors,
        )

    @staticmethod
    def _hold_reason(bank: BankView, nearest: Nearest, quantile: float, config: PolicyConfig) -> str:
        row = int(nearest.rows[0])
        name = bank.demonstration_names[bank.demonstration[row]]
        return (
            f"unfamiliar image: nearest frame ('{name}' {bank.frame[row]}) at distance "
            f"{nearest.distances[0]:.4g}, quantile {quantile:.4f} of the distances between demonstrations; "
            f"holding above {config.hold_distance_quantile}"
        )
