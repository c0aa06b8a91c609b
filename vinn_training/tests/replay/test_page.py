"""What the report says where there is nothing to draw."""

from __future__ import annotations

from dataclasses import replace

from vinn_training.replay.latency import measure_latency
from vinn_training.replay.page import build_report
from vinn_training.replay.summary import summarise


def test_without_stamps_the_report_says_why_there_are_no_times(result):
    session = replace(result.session, has_stamps=False)
    frames = tuple(replace(item, embedding=None, action=None, agreement=None) for item in result.frames)
    unstamped = replace(result, session=session, frames=frames, latency=measure_latency(session, frames))
    page = build_report(unstamped, summarise(unstamped))
    assert "Hops from the image&#x27;s stamp are left out: the images have no stamps." in page
    assert "holds no answers to measure" not in page
