"""Everything that a replay found, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vinn_training.bank.bundle import Bundle
from vinn_training.replay.latency import Latency, measure_latency
from vinn_training.replay.real_motion import FrameTruth, truth_of_frames
from vinn_training.replay.replaying import ReplayedFrame
from vinn_training.replay.session import Session


@dataclass(frozen=True, eq=False)
class ReplayResult:
    """A replayed session.

    Attributes:
        session: As recorded.
        bundle: Path of the bundle that was asked.
        bank_id: Fingerprint of its bank.
        encoder_id: Fingerprint of its encoder.
        frames: One an image, in order of the images' stamps.
        truths: What really happened at each image, where the bag tells.
        latency: Of the recording.
    """

    session: Session
    bundle: Path
    bank_id: str
    encoder_id: str
    frames: tuple[ReplayedFrame, ...]
    truths: tuple[FrameTruth | None, ...]
    latency: Latency

    def time_s(self, index: int) -> float:
        """Return when image `index` was taken, in seconds since the first."""
        return (self.frames[index].frame.stamp_ns - self.frames[0].frame.stamp_ns) * 1e-9

    def received_s(self, time_ns: int) -> float:
        """Return a time of the recorder's clock in seconds since it received the first image."""
        return (time_ns - self.frames[0].frame.received_ns) * 1e-9


def make_result(session: Session, bundle: Bundle, frames: tuple[ReplayedFrame, ...]) -> ReplayResult:
    """Return the result of a replay with its errors and times."""
    return ReplayResult(
        session=session,
        bundle=bundle.path,
        bank_id=bundle.bank.bank_id,
        encoder_id=bundle.manifest.encoder_id,
        frames=frames,
        truths=truth_of_frames(frames, session.demonstration, str(session.demonstration_meaning.get("gripper", ""))),
        latency=measure_latency(session, frames),
    )
