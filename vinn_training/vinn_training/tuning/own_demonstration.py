"""Which demonstration of the bank a bag is itself: it must not answer its own frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank

#: Nearer than this part of the typical distance between demonstrations, two frames are one picture.
_SAME_PICTURE = 0.05
#: A bag is a demonstration where at least this part of its frames, or of the demonstration's, are the same pictures.
_SHARE = 0.5


@dataclass(frozen=True)
class OwnDemonstration:
    """A demonstration of the bank that was made of the bag, or shows the same.

    Attributes:
        name: Of the demonstration.
        reason: How that was found out.
    """

    name: str
    reason: str


def find_own_demonstrations(
    bank: Bank, name: str, rows: NDArray[np.int64], distances: NDArray[np.float64], typical_distance: float
) -> tuple[OwnDemonstration, ...]:
    """Return the enabled demonstrations that a bag is itself: of its name, or with the same pictures.

    Args:
        bank: That is asked.
        name: Of the bag.
        rows: (T,) nearest row of every frame.
        distances: (T,) to it.
        typical_distance: Between demonstrations; where it is 0 (unknown), the spread of the bank's embeddings.
    """
    scale = typical_distance if typical_distance > 0.0 else _spread(bank)
    same = distances <= _SAME_PICTURE * scale
    owners = bank.demonstration[rows]
    found = []
    for number, demonstration in enumerate(bank.demonstration_names):
        mine = same & (owners == number)
        shown = len(np.unique(rows[mine])) / max(1, int((bank.demonstration == number).sum()))
        share = max(float(mine.mean()), shown)
        if demonstration in bank.disabled:
            continue
        if demonstration == name:
            found.append(OwnDemonstration(demonstration, "it has the bag's name"))
        elif share >= _SHARE:
            found.append(OwnDemonstration(demonstration, f"{share:.0%} of the pictures are the same"))
    return tuple(found)


def _spread(bank: Bank) -> float:
    """Return the root mean square distance of the embeddings from their mean."""
    return float(np.sqrt(bank.embeddings.astype(np.float64).var(axis=0).sum()))
