from __future__ import annotations

import json

from rich.console import Console

from vinn_ros.latency.bandwidth import BandwidthSummary
from vinn_ros.latency.counts import PathCounts, path_counts
from vinn_ros.latency.ledger import FrameLedger
from vinn_ros.latency.report import LatencyReport

MS = 1_000_000
COUNTS = path_counts(
    3,
    {"received": "3", "lost": "0", "encoded": "3", "skipped": "0", "rejected": "0"},
    {"received": "3", "lost": "0", "answered": "3", "rejected": "0"},
)


def report(*ages_ms, stamp_ms=1_700_000_000_000, counts=COUNTS, bandwidth=None):
    """Of frames whose embeddings are so many milliseconds old when they are sent."""
    ledger = FrameLedger()
    for index, age_ms in enumerate(ages_ms):
        stamp_ns = (stamp_ms + 33 * index) * MS
        ledger.saw("embedding", stamp_ns, stamp_ns + round(age_ms * MS))
    return LatencyReport(ledger.summaries(), ledger.action_fates(), counts, bandwidth, moves=2, stops=1)


def text(of):
    console = Console(width=140, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(of.table("last 10 s"))
    return console.export_text()


def test_the_table_shows_percentiles_counts_and_bandwidth():
    shown = text(report(5.0, 6.0, 40.0, bandwidth=BandwidthSummary(30.0, 27.6e6, 921_700.0)))
    (row,) = [line for line in shown.splitlines() if "camera to embedding" in line]
    assert row.replace("│", " ").split()[3:] == ["3", "6.0", "33.2", "39.3", "40.0"]
    words = " ".join(shown.split())  # the caption is as narrow as the table
    assert "3 received, 0 lost, 3 encoded, 0 skipped, 0 rejected" in words
    assert "30.0 Hz, 27.60 MB/s, 921.7 kB each" in words
    assert "2 moves, 1 stops" in words


def test_json_holds_the_same():
    values = json.loads(json.dumps(report(5.0, 6.0, 7.0).to_dict()))
    assert values["hops"]["camera to embedding"]["p50_ms"] == 6.0
    assert values["counts"]["unaccounted_total"] == 0
    assert values["notes"] == []


def test_clocks_that_differ_are_told():
    (note,) = report(-12.5, 3.0).notes()
    assert "camera to embedding takes down to -12.5 ms" in note
    assert "clocks" in note
    assert report(0.0, 3.0).notes() == []


def test_stamps_of_another_clock_are_told():
    ledger = FrameLedger()
    ledger.saw("embedding", 17 * MS, 1_700_000_000_000 * MS)  # simulated time
    (note,) = LatencyReport(ledger.summaries(), ledger.action_fates(), COUNTS, None, 0, 0).notes()
    assert "use_sim_time" in note


def test_silence_is_told():
    empty = report(counts=PathCounts())
    assert "are the nodes running" in empty.notes()[0]
    assert "has not reported yet" in " ".join(text(empty).split())
