from __future__ import annotations

import json

import pytest

from vinn_ros.latency.path_measurement import PathRunConfig
from vinn_ros.latency.path_run import run_path

SHORT = {"duration_s": 3.0, "width_px": 160, "height_px": 120, "rate_hz": 15.0}


def go_on():
    """Nothing ends the run."""


@pytest.mark.parametrize(
    ("composed", "transport"), [pytest.param(False, "raw", marks=pytest.mark.full), (True, "compressed")]
)
def test_every_frame_is_followed_and_accounted_for(bundle, tmp_path, composed, transport):
    config = PathRunConfig(bundle, composed=composed, transport=transport, **SHORT)
    measured = run_path(config, tmp_path, go_on)
    counts = measured.report.counts
    assert counts.unaccounted_total == 0
    assert counts.published > 20
    assert counts.rejected == counts.embeddings_rejected == 0
    hops = {hop.name: hop for hop in measured.report.hops}
    assert hops["camera to command"].n > 0
    assert hops["camera to command"].min_ms > 0
    assert measured.report.fates.commanded == hops["camera to command"].n
    expected = {"perception_policy"} if composed else {"perception", "policy"}
    assert set(measured.use.processes) == {*expected, "stretch_bridge", "stretch_standin", "latency"}
    raw_bytes = 160 * 120 * 3
    size = measured.report.bandwidth.bytes_per_message
    assert size > raw_bytes if transport == "raw" else size < raw_bytes / 2
    assert json.loads(json.dumps(measured.to_dict()))["config"]["composed"] is composed


def test_an_interruption_ends_all_nodes(bundle, tmp_path):
    calls = []

    def interrupt():
        calls.append(1)
        if len(calls) > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_path(PathRunConfig(bundle, **SHORT), tmp_path, interrupt)


@pytest.mark.full
def test_vga_at_30_hz_for_a_minute_within_20_and_40_ms_and_no_frame_unaccounted_for(bundle, tmp_path):
    measured = run_path(PathRunConfig(bundle, duration_s=60.0), tmp_path, go_on)
    assert measured.report.counts.unaccounted_total == 0
    assert measured.report.counts.lost == measured.report.counts.embeddings_lost == 0
    assert measured.report.fates.unexplained == 0
    total = next(hop for hop in measured.report.hops if hop.name == "camera to command")
    assert total.n > 1700
    assert total.p50_ms <= 20.0
    assert total.p99_ms <= 40.0
