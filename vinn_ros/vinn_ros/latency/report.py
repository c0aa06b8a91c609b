"""The latencies as a table for people and as JSON for programs. No ROS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from vinn_ros.latency.bandwidth import BandwidthSummary
from vinn_ros.latency.counts import PathCounts
from vinn_ros.latency.ledger import ActionFates, HopSummary

#: Two clocks in one machine never differ; this much is the rounding of a stamp.
_NEGATIVE_MS = -0.05
#: No picture is so old: its stamp is of another clock (simulated time begins at 0).
_OTHER_CLOCK_MS = 3.6e6


@dataclass(frozen=True)
class LatencyReport:
    """All that is known of the way from the camera to the commands.

    Attributes:
        hops: Latencies, in the order of the way.
        fates: What became of the actions.
        counts: Frames as each side counts them.
        bandwidth: Of the images' topic, None where it is not watched or silent.
        moves: Commands that moved the robot.
        stops: Stops that the bridge announced.
    """

    hops: Sequence[HopSummary]
    fates: ActionFates
    counts: PathCounts
    bandwidth: BandwidthSummary | None
    moves: int
    stops: int

    def notes(self) -> list[str]:
        """Return what a reader must know to trust the numbers, one line each."""
        notes = []
        if not self.hops:
            notes.append("no frame has passed any stage yet; are the nodes running, in this ROS domain?")
        if any(abs(hop.p50_ms) > _OTHER_CLOCK_MS for hop in self.hops):
            notes.append(
                "stamps are more than an hour from the clock: they are of another clock; run without use_sim_time"
            )
            return notes
        for hop in self.hops:
            if hop.min_ms < _NEGATIVE_MS:
                notes.append(
                    f"{hop.name} takes down to {hop.min_ms:.1f} ms: the clocks of the machines at its two ends differ; "
                    "put them in step (chrony or PTP), the figures are off by as much"
                )
        if self.fates.unexplained:
            notes.append(f"{self.fates.unexplained} actions have no command although the bridge went on without them")
        return notes

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "hops": {
                hop.name: {key: value for key, value in asdict(hop).items() if key != "name"} for hop in self.hops
            },
            "actions": asdict(self.fates),
            "counts": self.counts.to_dict(),
            "bandwidth": asdict(self.bandwidth) if self.bandwidth is not None else None,
            "moves": self.moves,
            "stops": self.stops,
            "notes": self.notes(),
        }

    def table(self, title: str = "") -> Table:
        """Return the latencies for a terminal."""
        table = Table(title=title or None, caption="\n".join((*self._lines(), *self.notes())), caption_justify="left")
        table.add_column("hop")
        for name in ("n", "p50 ms", "p90 ms", "p99 ms", "max ms"):
            table.add_column(name, justify="right")
        for hop in self.hops:
            figures = (f"{value:.1f}" for value in (hop.p50_ms, hop.p90_ms, hop.p99_ms, hop.max_ms))
            table.add_row(hop.name, str(hop.n), *figures)
        return table

    def _lines(self) -> list[str]:
        lines = []
        if self.bandwidth is not None:
            lines.append(
                f"images: {self.bandwidth.rate_hz:.1f} Hz, {self.bandwidth.bytes_per_s / 1e6:.2f} MB/s, "
                f"{self.bandwidth.bytes_per_message / 1e3:.1f} kB each"
            )
        lines.append("perception: " + _count_text(self.counts, ("received", "lost", "encoded", "skipped", "rejected")))
        policy = {"embeddings_received": "received", "embeddings_lost": "lost", "answered": "answered"}
        lines.append("policy: " + _count_text(self.counts, policy))
        lines.append(
            f"actions: {self.fates.commanded} of {self.fates.actions} commanded, {self.fates.superseded} superseded; "
            f"commands: {self.moves} moves, {self.stops} stops"
        )
        return lines


def _count_text(counts: PathCounts, names: Sequence[str] | Mapping[str, str]) -> str:
    titles = names if isinstance(names, Mapping) else {name: name for name in names}
    values = asdict(counts)
    said = [f"{values[name]} {title}" for name, title in titles.items() if values[name] is not None]
    return ", ".join(said) or "has not reported yet"
