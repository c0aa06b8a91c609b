"""Notices a base that is sent on while odometry shows no motion."""

from __future__ import annotations

#: The base may be sent this far one way without an answer of odometry; then it is not sent on that way. Its commands
#: are increments: where odometry is frozen, nothing else would ever stop it, the workspace box included.
_UNANSWERED_M = 0.01


class BaseAnswer:
    """Compares what the base was sent with what odometry saw of it.

    Each way counts by itself: a base that stands against a cabinet may back off, and one whose odometry is frozen
    goes at most one step and a centimetre either way.

    Args:
        still_m: Odometry that changes by less than this shows no motion.
    """

    def __init__(self, still_m: float) -> None:
        self._still_m = still_m
        self._seen_m = 0.0
        self._sent_m = {1: 0.0, -1: 0.0}

    def reset(self) -> None:
        """Forget what was sent: a person looked, or the driver is another."""
        self._sent_m = {1: 0.0, -1: 0.0}

    def seen(self, position_m: float) -> None:
        """Take the base's position along its way."""
        if abs(position_m - self._seen_m) > self._still_m:
            self._seen_m = position_m
            self.reset()

    def sent(self, increment_m: float) -> None:
        """Take a command that goes to the base."""
        self._sent_m[_way(increment_m)] += abs(increment_m)

    def problem(self, increment_m: float) -> str | None:
        """Return why the base must not be sent this way, or None."""
        sent_m = self._sent_m[_way(increment_m)]
        if increment_m == 0.0 or sent_m <= _UNANSWERED_M:
            return None
        side = "forward" if increment_m > 0 else "back"
        return (
            f"the base was sent {sent_m:.3f} m {side} and odometry shows no motion; "
            "is odometry frozen, or the base blocked?"
        )


def _way(increment_m: float) -> int:
    return 1 if increment_m >= 0.0 else -1
