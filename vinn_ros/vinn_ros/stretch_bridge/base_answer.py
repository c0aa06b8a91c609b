"""Notices a base that is sent on while odometry shows no motion."""

from __future__ import annotations

import math

#: The base may be sent this far one way without an answer of odometry; then it is not sent on that way. Its commands
#: are increments: where odometry is frozen, nothing else would ever stop it, the workspace box included.
_UNANSWERED_M = 0.01

#: The same for a stream of commands, which begins as a little push and may have to pull a door, and how long odometry
#: has to answer it. A step is waited for anyway.
_UNANSWERED_STREAM_M = 0.04
_ANSWER_S = 0.4


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
        self._streamed_m = 0.0
        self._streamed_since_s = math.inf
        self._moved_s = -math.inf

    @property
    def moved_s(self) -> float:
        """When odometry last showed motion."""
        return self._moved_s

    def reset(self) -> None:
        """Forget what was sent: a person looked, or the driver is another."""
        self._sent_m = {1: 0.0, -1: 0.0}
        self._streamed_m, self._streamed_since_s = 0.0, math.inf

    def seen(self, position_m: float, now_s: float) -> None:
        """Take the base's position along its way."""
        if abs(position_m - self._seen_m) > self._still_m:
            self._seen_m, self._moved_s = position_m, now_s
            self.reset()

    def sent(self, increment_m: float) -> None:
        """Take a command that goes to the base."""
        self._sent_m[_way(increment_m)] += abs(increment_m)

    def problem(self, increment_m: float) -> str | None:
        """Return why the base must not be sent this way, or None."""
        return _problem(increment_m, self._sent_m[_way(increment_m)], _UNANSWERED_M)

    def streamed(self, increment_m: float, now_s: float) -> None:
        """Take one of many increments that go to the base; to and fro cancel, so that noise does not add up."""
        self._streamed_m += increment_m
        if abs(self._streamed_m) > self._still_m:
            self._streamed_since_s = min(self._streamed_since_s, now_s)

    def stream_problem(self, increment_m: float, now_s: float) -> str | None:
        """Return why the base must not be sent one more of many increments, or None."""
        if now_s - self._streamed_since_s < _ANSWER_S or increment_m * self._streamed_m < 0.0:
            return None
        return _problem(increment_m, abs(self._streamed_m + increment_m), _UNANSWERED_STREAM_M)


def _problem(increment_m: float, sent_m: float, allowed_m: float) -> str | None:
    if increment_m == 0.0 or sent_m <= allowed_m:
        return None
    side = "forward" if increment_m > 0 else "back"
    return (
        f"the base was sent {sent_m:.3f} m {side} and odometry shows no motion; "
        "is odometry frozen, or the base blocked?"
    )


def _way(increment_m: float) -> int:
    return 1 if increment_m >= 0.0 else -1
