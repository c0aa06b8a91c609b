"""Which policy answers, and whether it still does. No ROS."""

from __future__ import annotations

import math
from typing import NamedTuple

from vinn_training.exceptions import InvalidInput

#: A policy that has been silent for this long is not there.
SILENCE_S = 5.0


class Identity(NamedTuple):
    """What an action says about who made it; empty texts where the policy does not say it."""

    bank_id: str
    encoder_id: str


class PolicyWatch:
    """Hears actions. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._identity = Identity("", "")
        self._heard_s = -math.inf

    def heard(self, identity: Identity, now_s: float) -> None:
        """Take who made an action."""
        self._identity, self._heard_s = identity, now_s

    def current(self, now_s: float) -> Identity:
        """Return who answers.

        Raises:
            InvalidInput: If nobody does.
        """
        if now_s - self._heard_s > SILENCE_S:
            raise InvalidInput(
                f"nothing heard on 'action' for {SILENCE_S:g} s; are camera, perception and policy running?"
            )
        return self._identity
