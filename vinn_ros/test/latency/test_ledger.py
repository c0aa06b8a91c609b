from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.latency.ledger import HOPS, ActionFates, FrameLedger

MS = 1_000_000
HOP = {hop.name: hop for hop in HOPS}


def frame(ledger, stamp_ms, image=1.0, embedding=6.0, action=8.0, command=12.0):
    """One frame that passes each stage so many milliseconds after its stamp, None for never."""
    stamps = {"image": image, "embedding": embedding, "action": action, "command": command}
    for stage, after_ms in stamps.items():
        if after_ms is not None:
            ledger.saw(stage, stamp_ms * MS, round((stamp_ms + after_ms) * MS))


def test_every_hop_of_one_frame():
    ledger = FrameLedger()
    frame(ledger, 1000)
    found = {summary.name: summary.p50_ms for summary in ledger.summaries()}
    assert found == pytest.approx(
        {
            "camera to image": 1,
            "camera to embedding": 6,
            "embedding to action": 2,
            "action to command": 4,
            "camera to command": 12,
        }
    )


def test_percentiles_are_those_of_the_frames_that_took_the_hop():
    ledger = FrameLedger()
    latencies = np.random.default_rng(0).gamma(4.0, 3.0, 500)
    for index, latency in enumerate(latencies):
        frame(ledger, 1000 + 33 * index, command=latency if index % 5 else None)
    summary = ledger.summary(HOP["camera to command"])
    taken = [latency for index, latency in enumerate(latencies) if index % 5]
    assert summary.n == 400
    assert [summary.p50_ms, summary.p90_ms, summary.p99_ms] == pytest.approx(
        np.percentile(taken, [50, 90, 99]), abs=1e-4
    )
    assert summary.max_ms == pytest.approx(max(taken), abs=1e-4)


def test_a_command_that_is_repeated_counts_the_first_time():
    ledger = FrameLedger()
    frame(ledger, 1000)
    ledger.saw("command", 1000 * MS, 1032 * MS)
    assert ledger.summary(HOP["camera to command"]).max_ms == pytest.approx(12)


def test_only_frames_between_begin_and_end_count():
    ledger = FrameLedger()
    for stamp_ms in (1000, 1033, 1066):
        frame(ledger, stamp_ms)
    assert ledger.summary(HOP["camera to command"], 1033 * MS, 1066 * MS).n == 1
    assert ledger.seen("image", 1033 * MS) == 2
    assert ledger.summaries(5000 * MS) == []


def test_a_window_forgets_old_frames():
    ledger = FrameLedger(window_s=1.0)
    for stamp_ms in range(0, 10_000, 100):
        frame(ledger, stamp_ms)
    assert len(ledger) == 11
    assert ledger.first_ns("image") == 8900 * MS
    assert ledger.action_fates() == ActionFates(11, 11, 0, 0)


def test_an_action_without_command_is_superseded_when_a_newer_one_came_in_time():
    ledger = FrameLedger()
    frame(ledger, 1000, action=8, command=12)
    frame(ledger, 1033, action=25, command=None)
    frame(ledger, 1040, action=20, command=22)
    assert ledger.action_fates() == ActionFates(actions=3, commanded=2, superseded=1, unexplained=0)


def test_an_action_that_the_bridge_never_had_is_told():
    ledger = FrameLedger()
    frame(ledger, 1000)
    frame(ledger, 1033, action=8, command=None)
    ledger.saw("command", 1000 * MS, 1063 * MS)  # 22 ms after the newer action was sent, and still for the older
    frame(ledger, 1066)
    assert ledger.action_fates() == ActionFates(actions=3, commanded=2, superseded=0, unexplained=1)


def test_a_command_on_its_way_when_the_action_came_is_no_proof():
    ledger = FrameLedger()
    frame(ledger, 1000)
    frame(ledger, 1033, action=8, command=None)
    ledger.saw("command", 1000 * MS, 1043 * MS)
    frame(ledger, 1050)
    assert ledger.action_fates() == ActionFates(actions=3, commanded=2, superseded=1, unexplained=0)
