"""When each camera frame passed each stage on its way to a command. No ROS: stamps and times in, latencies out."""

from __future__ import annotations

import bisect
from collections import deque
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

Stage = Literal["image", "embedding", "action", "command"]
STAGES: tuple[Stage, ...] = ("image", "embedding", "action", "command")

#: A command sent this much after an action was published, and still for an older picture, shows that the action was
#: not there: the action's way to the bridge takes less.
_ARRIVED_S = 0.015


class Hop(NamedTuple):
    """A part of the way.

    Attributes:
        name: For people.
        begin: Stage at which it begins; None is the image's stamp.
        end: Stage at which it ends.
    """

    name: str
    begin: Stage | None
    end: Stage


HOPS = (
    Hop("camera to image", None, "image"),
    Hop("camera to embedding", None, "embedding"),
    Hop("embedding to action", "embedding", "action"),
    Hop("action to command", "action", "command"),
    Hop("camera to command", None, "command"),
)


@dataclass(frozen=True)
class HopSummary:
    """Latencies of one hop.

    Attributes:
        name: Of the hop.
        n: Frames that took it.
        p50_ms: Median.
        p90_ms: 90th percentile.
        p99_ms: 99th percentile.
        max_ms: Longest.
        min_ms: Shortest; negative where the clocks of two machines differ.
    """

    name: str
    n: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    min_ms: float


@dataclass(frozen=True)
class ActionFates:
    """What became of the actions.

    Attributes:
        actions: Actions seen.
        commanded: Actions that a command answers.
        superseded: Actions without one: a newer action came before the next command was due, or the robot did not
            follow the policy then.
        unexplained: Actions without one although a later command still answered an older action.
    """

    actions: int
    commanded: int
    superseded: int
    unexplained: int


class FrameLedger:
    """Remembers when each frame passed each stage; a frame is known by its image's stamp, which all messages carry on.

    Times are nanoseconds since the epoch. What passes a stage twice (a command repeated until the next action comes)
    counts the first time.

    Args:
        window_s: A frame is forgotten when one that is newer by more than this is seen; None forgets nothing.
    """

    def __init__(self, window_s: float | None = None) -> None:
        self._window_ns = None if window_s is None else round(window_s * 1e9)
        self._frames: dict[int, dict[Stage, int]] = {}
        self._commands: deque[tuple[int, int]] = deque()
        self._newest_ns = 0

    def __len__(self) -> int:
        return len(self._frames)

    def saw(self, stage: Stage, stamp_ns: int, time_ns: int) -> None:
        """Note that the frame stamped `stamp_ns` passed a stage at `time_ns`."""
        self._frames.setdefault(stamp_ns, {}).setdefault(stage, time_ns)
        if stage == "command":
            self._commands.append((time_ns, stamp_ns))
        if stamp_ns > self._newest_ns:
            self._newest_ns = stamp_ns
            self._forget()

    def seen(self, stage: Stage, begin_ns: int = 0, end_ns: int | None = None) -> int:
        """Return how many frames with a stamp in [begin, end) passed a stage."""
        return sum(stage in times for _, times in self._between(begin_ns, end_ns))

    def first_ns(self, stage: Stage) -> int | None:
        """Return the oldest stamp that passed a stage, None where there is none."""
        return min((stamp for stamp, times in self._frames.items() if stage in times), default=None)

    def summary(self, hop: Hop, begin_ns: int = 0, end_ns: int | None = None) -> HopSummary | None:
        """Return the latencies of a hop over the frames with a stamp in [begin, end), None where no frame took it."""
        taken = []
        for stamp_ns, times in self._between(begin_ns, end_ns):
            if hop.end not in times:
                continue
            start_ns = stamp_ns if hop.begin is None else times.get(hop.begin)
            if start_ns is not None:
                taken.append(times[hop.end] - start_ns)
        if not taken:
            return None
        milliseconds = np.asarray(taken, dtype=np.float64) * 1e-6
        p50, p90, p99 = (float(value) for value in np.percentile(milliseconds, [50, 90, 99]))
        return HopSummary(hop.name, len(taken), p50, p90, p99, float(milliseconds.max()), float(milliseconds.min()))

    def summaries(self, begin_ns: int = 0, end_ns: int | None = None) -> list[HopSummary]:
        """Return the latencies of all hops that any frame with a stamp in [begin, end) took."""
        found = (self.summary(hop, begin_ns, end_ns) for hop in HOPS)
        return [summary for summary in found if summary is not None]

    def action_fates(self, begin_ns: int = 0, end_ns: int | None = None) -> ActionFates:
        """Return what became of the actions of the frames with a stamp in [begin, end)."""
        commands = sorted(self._commands)
        sent_ns = [sent for sent, _ in commands]
        actions = commanded = unexplained = 0
        for stamp_ns, times in self._between(begin_ns, end_ns):
            if "action" not in times:
                continue
            actions += 1
            if "command" in times:
                commanded += 1
                continue
            late = bisect.bisect_left(sent_ns, times["action"] + round(_ARRIVED_S * 1e9))
            unexplained += late < len(commands) and commands[late][1] < stamp_ns
        return ActionFates(actions, commanded, actions - commanded - unexplained, unexplained)

    def _between(self, begin_ns: int, end_ns: int | None) -> list[tuple[int, dict[Stage, int]]]:
        return [
            (stamp_ns, times)
            for stamp_ns, times in self._frames.items()
            if begin_ns <= stamp_ns and (end_ns is None or stamp_ns < end_ns)
        ]

    def _forget(self) -> None:
        if self._window_ns is None:
            return
        oldest_ns = self._newest_ns - self._window_ns
        while self._frames and (first := next(iter(self._frames))) < oldest_ns:
            del self._frames[first]
        while self._commands and self._commands[0][1] < oldest_ns:
            self._commands.popleft()
