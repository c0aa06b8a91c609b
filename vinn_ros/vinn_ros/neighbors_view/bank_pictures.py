"""What the neighbours of an action look like, from the bundle: picture, demonstrated direction and gripper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_ros.neighbors_view.view import ActionReading, AskedNeighbor, BankReading, ShownNeighbor
from vinn_training.bank.bundle import Bundle
from vinn_training.exceptions import InvalidInput


class BankPictures:
    """Looks up a bundle's frames by demonstration and number; the embeddings are not kept.

    Args:
        bundle: The bundle that the policy was started with.

    Attributes:
        bank_id: Fingerprint of its bank.
        encoder_id: Fingerprint of its encoder.
    """

    def __init__(self, bundle: Bundle) -> None:
        bank = bundle.bank
        self.bank_id = bank.bank_id
        self.encoder_id = bank.encoder_id
        self._numbers = {name: index for index, name in enumerate(bank.demonstration_names)}
        keys = _keys(bank.demonstration, bank.frame)
        self._rows = np.argsort(keys, kind="stable")
        self._keys = keys[self._rows]
        self._directions = bank.directions
        self._gripper = bank.gripper
        self._thumbnails = bundle.thumbnails
        self._calibration = bundle.calibration
        self.frames: Mapping[str, int] = {
            name: int(count)
            for name, count in zip(
                bank.demonstration_names,
                np.bincount(bank.demonstration, minlength=len(bank.demonstration_names)),
                strict=True,
            )
        }

    def shown(self, asked: AskedNeighbor) -> ShownNeighbor:
        """Return a neighbour with what was demonstrated there; with nothing where the bundle does not have it."""
        row = self._row(asked)
        if row is None:
            return ShownNeighbor(asked)
        try:
            picture = self._thumbnails[row]
        except InvalidInput:  # what was demonstrated is known all the same
            picture = None
        return ShownNeighbor(asked, picture, self._directions[row], float(self._gripper[row]))

    def hold_distance(self, action: ActionReading) -> float | None:
        """Return the distance above which the policy holds; None where it never does, or where it is not known."""
        if action.settings is None or action.bank_id != self.bank_id or action.settings.hold_above >= 1.0:
            return None
        return self._calibration.distance(action.settings.hold_above)

    def _row(self, asked: AskedNeighbor) -> int | None:
        number = self._numbers.get(asked.demonstration)
        if number is None:
            return None
        key = _keys(np.array([number]), np.array([asked.frame]))[0]
        place = int(np.searchsorted(self._keys, key))
        return int(self._rows[place]) if place < len(self._keys) and self._keys[place] == key else None


def _keys(demonstrations: NDArray[np.integer[Any]], frames: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = (demonstrations.astype(np.int64) << 32) | frames.astype(np.int64)
    return keys


def recall(
    action: ActionReading, pictures: BankPictures | None, bank: BankReading | None, count: int
) -> tuple[tuple[ShownNeighbor, ...], tuple[str, ...]]:
    """Return the first neighbours of an action with their pictures, and what must be said about them.

    A picture is taken from the bundle only where it is the bundle that the policy asked, or one that grew from it
    while the policy ran; a name alone is no proof.

    Args:
        action: With its neighbours.
        pictures: Of the bundle; None without one.
        bank: The newest that the policy told of its bank, or None.
        count: Neighbours wanted.
    """
    first = action.neighbors[:count]
    nothing = tuple(ShownNeighbor(asked) for asked in first)
    if not first:
        return (), ("this action names no neighbours",)
    if pictures is None:
        return nothing, ("no bundle is loaded here: what the neighbours look like is not known",)
    problem = _another_bank(action, pictures)
    if problem:
        return nothing, (problem,)
    changed = _changed_demonstrations(pictures, bank) if action.bank_id != pictures.bank_id else frozenset[str]()
    shown = tuple(ShownNeighbor(asked) if asked.demonstration in changed else pictures.shown(asked) for asked in first)
    unknown = _names_unknown(shown)
    return shown, (f"no picture in the bundle loaded here: {', '.join(unknown)}",) if unknown else ()


def _another_bank(action: ActionReading, pictures: BankPictures) -> str:
    """Return why the bundle cannot be what the policy asked; nothing where it can."""
    if action.bank_id == pictures.bank_id:
        return ""
    if action.encoder_id != pictures.encoder_id:
        return (
            f"the policy's encoder is {action.encoder_id or 'not named'}, that of the bundle loaded here "
            f"{pictures.encoder_id}: start both with the same bundle"
        )
    if action.bank_version == 0:
        return (
            f"the policy's bank is {action.bank_id}, that of the bundle loaded here {pictures.bank_id}: "
            "start both with the same bundle"
        )
    return ""


def _changed_demonstrations(pictures: BankPictures, bank: BankReading | None) -> frozenset[str]:
    """Return demonstrations that the policy has with another number of frames: others by the same name."""
    told = bank.frames if bank is not None else {}
    return frozenset(name for name, frames in pictures.frames.items() if told.get(name, frames) != frames)


def _names_unknown(shown: Sequence[ShownNeighbor]) -> list[str]:
    return list(dict.fromkeys(item.asked.demonstration for item in shown if item.picture is None))
