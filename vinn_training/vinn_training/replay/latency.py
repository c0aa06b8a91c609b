"""How long each hop took, as recorded: from an image's stamp to the command that answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vinn_training.replay.replaying import ReplayedFrame
from vinn_training.replay.session import Session

#: What is measured, in the order of the hops.
HOPS = {
    "stamp_to_image": "image taken -> received by the recorder",
    "stamp_to_embedding": "image taken -> embedding received",
    "embedding_to_action": "embedding received -> action received",
    "action_to_command": "action received -> command sent",
    "stamp_to_command": "image taken -> command sent",
}
#: Hops that begin at a stamp of the camera's clock.
_BY_STAMP = ("stamp_to_image", "stamp_to_embedding", "stamp_to_command")
#: Stamps that are older than this at receipt are of an earlier recording, or of another clock.
_PLAUSIBLE_MS = 60_000.0


class HopTimes(NamedTuple):
    """One image's times in milliseconds; None where a message is missing."""

    stamp_to_image: float | None
    stamp_to_embedding: float | None
    embedding_to_action: float | None
    action_to_command: float | None
    stamp_to_command: float | None


@dataclass(frozen=True)
class Latency:
    """The times of a session.

    Attributes:
        frames: One an image, in order of the images.
        summary: By hop: n, p50, p90, p99 and max in milliseconds; hops without times are missing.
        problem: Why hops that begin at the image's stamp are missing although there are messages, empty otherwise.
    """

    frames: tuple[HopTimes, ...]
    summary: dict[str, dict[str, float]]
    problem: str


def measure_latency(session: Session, replayed: Sequence[ReplayedFrame]) -> Latency:
    """Return the recorded times of every image; the first command that moves the robot counts."""
    sent = {item.stamp_ns: item.sent_at_ns for item in reversed(session.commands) if not item.stopped}
    frames = [_hops(item, sent.get(item.frame.stamp_ns) if session.has_stamps else None) for item in replayed]
    problem = _problem(frames) if session.has_stamps else "the images have no stamps"
    if problem:
        frames = [hops._replace(**dict.fromkeys(_BY_STAMP)) for hops in frames]
    summary = {}
    for hop in HOPS:
        values = [value for hops in frames if (value := getattr(hops, hop)) is not None]
        if values:
            summary[hop] = _percentiles(values)
    return Latency(tuple(frames), summary, problem)


def _hops(item: ReplayedFrame, sent_at_ns: int | None) -> HopTimes:
    stamp_ns = item.frame.stamp_ns
    embedded_ns = item.embedding.received_ns if item.embedding else None
    acted_ns = item.action.received_ns if item.action else None
    return HopTimes(
        _ms(stamp_ns, item.frame.received_ns),
        _ms(stamp_ns, embedded_ns),
        _ms(embedded_ns, acted_ns),
        _ms(acted_ns, sent_at_ns),
        _ms(stamp_ns, sent_at_ns),
    )


def _ms(start_ns: int | None, end_ns: int | None) -> float | None:
    return None if start_ns is None or end_ns is None else round((end_ns - start_ns) * 1e-6, 6)


def _problem(frames: Sequence[HopTimes]) -> str:
    ages = [value for hops in frames for hop in _BY_STAMP if (value := getattr(hops, hop)) is not None]
    if ages and abs(float(np.median(ages))) > _PLAUSIBLE_MS:
        return (
            f"the images' stamps are {float(np.median(ages)) / 1e3:.0f} s older than their receipt: they are of an "
            "earlier recording, or of another clock"
        )
    return ""


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    p50, p90, p99 = np.percentile(values, (50, 90, 99))
    found = {"p50": p50, "p90": p90, "p99": p99, "max": max(values)}
    return {"n": len(values), **{name: round(float(value), 3) for name, value in found.items()}}
