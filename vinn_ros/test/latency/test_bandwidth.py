from __future__ import annotations

import pytest

from vinn_ros.latency.bandwidth import BandwidthMeter


def test_rate_and_bytes_of_a_steady_topic():
    meter = BandwidthMeter()
    for index in range(31):
        meter.saw(5.0 + index / 30.0, 1000 if index % 2 else 2000)
    summary = meter.summary()
    assert summary.rate_hz == pytest.approx(30.0)
    assert summary.bytes_per_message == pytest.approx(47_000 / 31)
    assert summary.bytes_per_s == pytest.approx(30.0 * 47_000 / 31)


def test_only_the_window_counts():
    meter = BandwidthMeter(window_s=1.0)
    for index in range(100):
        meter.saw(index * 0.1, 10_000_000 if index < 80 else 100)
    assert meter.summary().bytes_per_message == 100
    assert meter.summary().rate_hz == pytest.approx(10.0)


def test_nothing_is_said_of_too_few_messages():
    meter = BandwidthMeter()
    assert meter.summary() is None
    meter.saw(1.0, 10)
    assert meter.summary() is None
    meter.saw(1.0, 10)
    assert meter.summary() is None
