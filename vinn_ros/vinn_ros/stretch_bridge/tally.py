"""Counts what the bridge did, for /diagnostics."""

from __future__ import annotations

import re
from collections import Counter

from vinn_ros.stretch_bridge.commands import Move, Stop
from vinn_training.kinematics.controller_step import ControllerStep

#: Kinds of stops and of clips that are told apart; a broken policy must not fill the memory with new ones.
_MAX_KINDS = 20
_OTHER = "others"
_NUMBER = re.compile(r"(?<!\w)[-+]?\d*\.?\d+(?:e[-+]?\d+)?")


class CommandTally:
    """Sums up moves, stops by reason and clips by limit; numbers in a reason make no new kind of it."""

    def __init__(self) -> None:
        self._moves = 0
        self._stops: Counter[str] = Counter()
        self._clips: Counter[str] = Counter()
        self._step: ControllerStep | None = None
        self._slowest_s = 0.0

    def move(self, move: Move) -> None:
        """Take a motion that was sent."""
        self._moves += 1
        for line in move.step.clipped:
            _count(self._clips, line)
        self._take(move.step)

    def stop(self, stop: Stop) -> None:
        """Take a stop that was commanded; one that only says a new reason is none."""
        if stop.step is not None:
            self._take(stop.step)
        if not stop.announce_only:
            _count(self._stops, stop.reason)

    def values(self) -> dict[str, object]:
        """Return the sums by name."""
        found: dict[str, object] = {
            "moves": self._moves,
            "stops": sum(self._stops.values()),
            "stops_by_reason": _text(self._stops),
            "clips_by_limit": _text(self._clips),
        }
        if self._step is not None:
            found |= {
                "last_residual_mm": f"{1e3 * self._step.residual_m:.2f}",
                "last_residual_deg": f"{57.29578 * self._step.residual_rad:.2f}",
                "last_solve_ms": f"{1e3 * self._step.solve_s:.2f}",
                "slowest_solve_ms": f"{1e3 * self._slowest_s:.2f}",
                "last_active_limits": "; ".join(self._step.active),
            }
        return found

    def _take(self, step: ControllerStep) -> None:
        self._step = step
        self._slowest_s = max(self._slowest_s, step.solve_s)


def _count(counter: Counter[str], text: str) -> None:
    kind = _NUMBER.sub("#", text)
    counter[kind if kind in counter or len(counter) < _MAX_KINDS else _OTHER] += 1


def _text(counter: Counter[str]) -> str:
    return "; ".join(f"{count} x {kind}" for kind, count in counter.most_common())
