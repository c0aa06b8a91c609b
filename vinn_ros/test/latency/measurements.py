"""Measurements for tests, made of known times."""

from __future__ import annotations

from pathlib import Path

from vinn_ros.latency.bandwidth import BandwidthSummary
from vinn_ros.latency.counts import path_counts
from vinn_ros.latency.cpu import MachineUse, ProcessUse
from vinn_ros.latency.ledger import FrameLedger
from vinn_ros.latency.path_measurement import PathMeasurement, PathRunConfig
from vinn_ros.latency.report import LatencyReport

MS = 1_000_000


def measurement(command_ms=(10.0, 12.0, 14.0), processes=("perception", "policy")):
    """Of frames whose commands leave so many milliseconds after their stamps."""
    ledger = FrameLedger()
    for index, after_ms in enumerate(command_ms):
        stamp_ns = (1000 + 33 * index) * MS
        for stage, time_ms in (("image", 1.0), ("embedding", 5.0), ("action", 7.0), ("command", after_ms)):
            ledger.saw(stage, stamp_ns, stamp_ns + round(time_ms * MS))
    frames = str(len(command_ms))
    perception = {"received": frames, "lost": "0", "encoded": frames, "skipped": "0", "rejected": "0"}
    policy = {"received": frames, "lost": "0", "answered": frames, "rejected": "0"}
    report = LatencyReport(
        hops=ledger.summaries(),
        fates=ledger.action_fates(),
        counts=path_counts(len(command_ms), perception, policy),
        bandwidth=BandwidthSummary(30.0, 27.65e6, 921_681.0),
        moves=len(command_ms),
        stops=0,
    )
    use = MachineUse({name: ProcessUse(12.4, 150.0) for name in processes}, others_percent=50.0)
    return PathMeasurement(PathRunConfig(Path("bundle")), report, use)
