from __future__ import annotations

import threading

import pytest

from vinn_ros.perception.core import FrameCounts, FrameWorker, input_problem
from vinn_training.exceptions import InvalidInput


class Encoder:
    """Blocks on every image until told to go on."""

    def __init__(self):
        self.seen = []
        self.rejected = []
        self.started = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)

    def handle(self, item):
        self.started.release()
        self.go_on.acquire()
        self.seen.append(item)
        if item == "bad":
            raise InvalidInput("a bad image")
        if item == "bug":
            raise ZeroDivisionError("a bug")


def _run(encoder, items, depth):
    """Submit the first item, wait until it is in work, submit the others, then let all finish."""
    worker = FrameWorker(encoder.handle, encoder.rejected.append, queue_depth=depth)
    worker.submit(items[0])
    encoder.started.acquire()
    for item in items[1:]:
        worker.submit(item)
    answered = 1 + min(depth, len(items) - 1)
    for _ in range(answered):
        encoder.go_on.release()
    for _ in range(answered - 1):
        encoder.started.acquire()
    while sum((worker.counts.encoded, worker.counts.rejected)) < answered:
        threading.Event().wait(0.001)
    worker.close()
    return worker.counts


def test_only_the_newest_waits_and_the_dropped_are_counted():
    encoder = Encoder()
    counts = _run(encoder, [1, 2, 3, 4, 5], depth=1)
    assert encoder.seen == [1, 5]
    assert (counts.received, counts.encoded, counts.skipped, counts.rejected) == (5, 2, 3, 0)


def test_a_deep_queue_answers_every_image_in_order():
    encoder = Encoder()
    counts = _run(encoder, [1, 2, 3, 4, 5], depth=10)
    assert encoder.seen == [1, 2, 3, 4, 5]
    assert (counts.received, counts.encoded, counts.skipped) == (5, 5, 0)


def test_a_bad_image_is_counted_named_and_survived():
    encoder = Encoder()
    counts = _run(encoder, ["bad", "bug", "good"], depth=10)
    assert (counts.encoded, counts.rejected) == (1, 2)
    assert encoder.rejected[0] == "a bad image"
    assert "ZeroDivisionError: a bug" in encoder.rejected[1]
    assert counts.last_problem == encoder.rejected[1]


def test_closing_ends_the_thread_and_counts_what_waited():
    encoder = Encoder()
    worker = FrameWorker(encoder.handle, encoder.rejected.append, queue_depth=5)
    worker.submit(1)
    encoder.started.acquire()
    worker.submit(2)
    worker.submit(3)
    encoder.go_on.release()
    worker.close()
    assert encoder.seen == [1]
    counts = worker.counts
    assert counts.received == counts.encoded + counts.skipped + counts.rejected == 3


def test_queue_depth_is_checked():
    with pytest.raises(InvalidInput, match="queue_depth is 0"):
        FrameWorker(print, print, queue_depth=0)


def test_pictures_that_stop_are_told_and_not_called_encoding():
    running = FrameCounts(received=90, encoded=90)
    assert input_problem(running, "/image_raw", 1, silent_s=0.1) is None
    assert input_problem(running, "/image_raw", 1, silent_s=10.2) == "no image on /image_raw for 10 s"


def test_a_publisher_whose_pictures_never_come_points_at_the_network():
    nothing = FrameCounts()
    assert input_problem(nothing, "/image_raw", 0, silent_s=10.0) == "no image on /image_raw yet"
    assert input_problem(nothing, "/image_raw", 1, silent_s=0.5) == "no image on /image_raw yet"  # it may be starting
    told = input_problem(nothing, "/image_raw", 1, silent_s=10.0) or ""
    assert "no image on /image_raw yet" in told
    assert "compressed" in told


def test_why_pictures_were_rejected_is_told_beside_their_silence():
    rejected = FrameCounts(received=3, rejected=1, last_problem="image is blank")
    assert input_problem(rejected, "/image_raw", 1, silent_s=0.0) == "images rejected, the last: image is blank"
    assert "image is blank; no image on /image_raw for 5 s" in (input_problem(rejected, "/image_raw", 1, 5.0) or "")
