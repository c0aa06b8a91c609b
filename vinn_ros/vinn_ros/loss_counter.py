"""Messages that were sent and never arrived, by the middleware's sequence numbers."""

from __future__ import annotations

from rclpy.subscription import Subscription

#: Whether callbacks are told of sequence numbers and send times; Humble's rclpy gives them no message info.
HAS_MESSAGE_INFO = hasattr(Subscription, "CallbackType")


class LossCounter:
    """Counts what a publisher sent that never arrived, by the gaps in its sequence numbers."""

    #: A larger jump is another publisher (a camera driver started again), not a loss.
    LARGEST_GAP = 1000

    def __init__(self) -> None:
        self.lost = 0
        self._last: int | None = None

    def saw(self, sequence_number: int | None) -> None:
        """Note one arrived message; None where the middleware has no sequence numbers."""
        if sequence_number is None:
            return
        if self._last is not None and 1 < sequence_number - self._last <= self.LARGEST_GAP:
            self.lost += sequence_number - self._last - 1
        self._last = sequence_number
