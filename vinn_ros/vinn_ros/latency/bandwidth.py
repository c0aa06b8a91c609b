"""How many bytes a second a topic carries. No ROS."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class BandwidthSummary:
    """What a topic carried.

    Attributes:
        rate_hz: Messages a second.
        bytes_per_s: Bytes a second, as serialised; the transport's own headers come on top.
        bytes_per_message: Mean size.
    """

    rate_hz: float
    bytes_per_s: float
    bytes_per_message: float


class BandwidthMeter:
    """Adds up sizes over a window.

    Args:
        window_s: Messages older than this do not count; None counts all.
    """

    def __init__(self, window_s: float | None = None) -> None:
        self._window_s = window_s
        self._messages: deque[tuple[float, int]] = deque()

    def saw(self, time_s: float, size: int) -> None:
        """Note a message of `size` bytes at `time_s`, by any clock that only goes forward."""
        self._messages.append((time_s, size))
        if self._window_s is not None:
            while self._messages[0][0] < time_s - self._window_s:
                self._messages.popleft()

    def summary(self) -> BandwidthSummary | None:
        """Return what was carried, None with fewer than two messages."""
        if len(self._messages) < 2:
            return None
        duration_s = self._messages[-1][0] - self._messages[0][0]
        if duration_s <= 0.0:
            return None
        sizes = [size for _, size in self._messages]
        rate_hz = (len(sizes) - 1) / duration_s
        mean = sum(sizes) / len(sizes)
        return BandwidthSummary(rate_hz, rate_hz * mean, mean)
