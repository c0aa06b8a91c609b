"""Counts what arrives on each topic and finds the gaps, by the messages' own stamps; no rclpy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vinn_training.demonstrations.image_messages import read_header
from vinn_training.exceptions import InvalidInput


@dataclass
class TopicGaps:
    """One topic's count and gaps.

    Attributes:
        messages: Number of messages.
        longest_gap_s: Longest time between two of them, by their stamps.
        gaps: How many times were longer than allowed.
        last_ns: Latest stamp.
        heard_ns: When the last message came.
    """

    messages: int = 0
    longest_gap_s: float = 0.0
    gaps: int = 0
    last_ns: int | None = None
    heard_ns: int | None = None


class GapMonitor:
    """Watches topics during one recording.

    Args:
        watched: Topics that must not pause (camera, joint states, odometry); others are counted only.
        max_gap_s: Longer than this is a gap. Conversion leaves out the images in longer gaps of the robot's state.
    """

    def __init__(self, watched: Iterable[str], max_gap_s: float) -> None:
        self._watched = frozenset(watched)
        self._max_gap_s = max_gap_s
        self.topics: dict[str, TopicGaps] = {topic: TopicGaps() for topic in sorted(self._watched)}

    def add(self, topic: str, data: bytes, received_ns: int) -> None:
        """Take one message.

        Args:
            topic: Its topic.
            data: The message, serialised (CDR).
            received_ns: When it came; counts where it has no stamp.
        """
        state = self.topics.setdefault(topic, TopicGaps())
        state.messages += 1
        state.heard_ns = received_ns
        if topic not in self._watched:
            return
        try:
            stamp_ns = read_header(bytes(data[:512]))[0] or received_ns
        except InvalidInput:
            stamp_ns = received_ns
        if state.last_ns is not None:
            gap_s = (stamp_ns - state.last_ns) * 1e-9
            state.longest_gap_s = max(state.longest_gap_s, gap_s)
            state.gaps += gap_s > self._max_gap_s
        state.last_ns = max(stamp_ns, state.last_ns or stamp_ns)

    def problem(self, now_ns: int | None = None) -> str:
        """Return what is wrong with the recording so far, or "".

        Args:
            now_ns: The time, to find topics that have fallen silent; None at the end, where that is no fault.
        """
        silent = [topic for topic in sorted(self._watched) if self._is_silent(self.topics[topic], now_ns)]
        paused = [f"{topic} {state.gaps}" for topic, state in sorted(self.topics.items()) if state.gaps]
        parts = [f"silent: {', '.join(silent)}"] if silent else []
        if paused:
            parts.append(f"gaps over {self._max_gap_s:g} s: {', '.join(paused)}")
        return "; ".join(parts)

    def values(self) -> dict[str, str]:
        """Return one line for each topic, for people."""
        return {topic: self._line(topic, state) for topic, state in sorted(self.topics.items())}

    def _is_silent(self, state: TopicGaps, now_ns: int | None) -> bool:
        if state.heard_ns is None:
            return True
        return now_ns is not None and (now_ns - state.heard_ns) * 1e-9 > max(self._max_gap_s, 1.0)

    def _line(self, topic: str, state: TopicGaps) -> str:
        text = f"{state.messages} messages"
        if topic in self._watched and state.messages > 1:
            text += f", longest gap {state.longest_gap_s:.3f} s, {state.gaps} over {self._max_gap_s:g} s"
        return text
