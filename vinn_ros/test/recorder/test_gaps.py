import struct

import pytest

from vinn_ros.recorder.gaps import GapMonitor

S = 1_000_000_000


def _stamped(time_s):
    ns = round(time_s * S)
    return b"\x00\x01\x00\x00" + struct.pack("<iII", ns // S, ns % S, 1) + b"\x00"


def test_gaps_are_found_by_stamps_not_by_receipt():
    monitor = GapMonitor(["/image_raw"], max_gap_s=0.2)
    for time_s in (100.0, 100.1, 100.2, 100.9, 101.0, 101.5):
        monitor.add("/image_raw", _stamped(time_s), 200 * S)  # all of them come at once, late
    assert monitor.topics["/image_raw"].gaps == 2
    assert monitor.topics["/image_raw"].longest_gap_s == pytest.approx(0.7)
    assert monitor.values()["/image_raw"] == "6 messages, longest gap 0.700 s, 2 over 0.2 s"
    assert monitor.problem(200 * S) == "gaps over 0.2 s: /image_raw 2"


def test_messages_without_a_stamp_are_timed_by_receipt():
    monitor = GapMonitor(["/odom"], max_gap_s=0.2)
    for received_s in (1.0, 1.1, 1.5):
        monitor.add("/odom", _stamped(0.0), round(received_s * S))
    assert monitor.topics["/odom"].longest_gap_s == pytest.approx(0.4)
    monitor.add("/odom", b"\x00", round(1.6 * S))  # not even a header
    assert monitor.topics["/odom"].messages == 4


def test_silence_is_a_problem_while_recording_and_from_the_start():
    monitor = GapMonitor(["/image_raw", "/odom"], max_gap_s=0.2)
    monitor.add("/odom", _stamped(10.0), 10 * S)
    assert monitor.problem(round(10.5 * S)) == "silent: /image_raw"
    assert monitor.problem(12 * S) == "silent: /image_raw, /odom"
    assert monitor.problem() == "silent: /image_raw"  # at the end, only what never came


def test_other_topics_are_counted_only():
    monitor = GapMonitor([], max_gap_s=0.2)
    for time_s in (1.0, 50.0):
        monitor.add("/mode", b"", round(time_s * S))
    assert monitor.values() == {"/mode": "2 messages"}
    assert monitor.problem(99 * S) == ""


def test_a_stamp_that_goes_back_is_no_gap_and_hides_none():
    monitor = GapMonitor(["/odom"], max_gap_s=0.2)
    for time_s in (10.0, 9.0, 10.1):
        monitor.add("/odom", _stamped(time_s), 1)
    assert monitor.topics["/odom"].gaps == 0
