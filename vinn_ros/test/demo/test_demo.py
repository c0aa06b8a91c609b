"""The demo as a newcomer runs it, with few demonstrations and an untrained encoder. The whole one is marked full."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import av
import pytest

from vinn_ros.demo.monitor import EpisodeLog
from vinn_ros.demo.report import decisive_steps, latency, result

KEYS = {
    "success",
    "door_angle_deg",
    "handle_grasped",
    "steps",
    "seed",
    "wall_s",
    "latency_ms",
    "frames",
    "bundle",
    "video",
}


def _command(output, *arguments):
    return [sys.executable, "-m", "vinn_ros.demo", "--output", str(output), *arguments]


def _run(output, *arguments, timeout_s=280):
    return subprocess.run(_command(output, *arguments), capture_output=True, text=True, timeout=timeout_s)


def _descendants_named(text):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                found += [entry] if text in open(f"/proc/{entry}/cmdline").read() else []  # noqa: SIM115
            except OSError:
                continue
    return found


def test_small_demo_leaves_everything_it_promises(tmp_path):
    output = tmp_path / "demo"
    run = _run(output, "--episodes", "4", "--epochs", "0", "--workers", "1")
    content = json.loads((output / "result.json").read_text())
    assert content.keys() >= KEYS
    assert run.returncode == (0 if content["success"] else 1), run.stdout + run.stderr
    assert content["success"] == (content["door_angle_deg"] >= 30)
    assert content["steps"] == content["latency_ms"]["n"] > 0
    assert content["episode"]["steps"] == content["steps"]  # the bridge counts as the watcher does
    assert content["episode"]["ending"] in ("succeeded", "aborted")
    assert content["frames"]["published"] >= content["frames"]["received"] > 0
    assert "Traceback" not in run.stdout + run.stderr
    with av.open(content["video"]) as video:
        assert sum(1 for _ in video.decode(video=0)) > 3
    assert not _descendants_named(str(output))


def test_interrupted_demo_ends_quickly_and_goes_on_where_it_was(tmp_path):
    output = tmp_path / "demo"
    process = subprocess.Popen(
        _command(output, "--episodes", "3", "--epochs", "0", "--workers", "1"),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not list((output / "dataset").glob("seed_*")):
            assert time.monotonic() < deadline, "no demonstration was recorded"
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in text
    kept = {path: path.stat().st_mtime_ns for path in (output / "dataset").glob("seed_*")}
    run = _run(output, "--episodes", "3", "--epochs", "0", "--workers", "1")
    assert run.returncode in (0, 1)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_unknown_preset_is_one_line(tmp_path):
    run = _run(tmp_path / "demo", "--preset", "huge", "--episodes", "1")
    assert run.returncode == 2
    assert "huge" in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_an_episode_without_a_step_still_gives_a_result(tmp_path):
    content = result(EpisodeLog(), False, 3, 1.0, tmp_path / "bundle", tmp_path / "video.mp4")
    assert content.keys() >= KEYS
    assert content["latency_ms"] == {"p50": None, "p99": None, "n": 0} == latency(EpisodeLog())
    assert content["frames"]["published"] is None
    assert decisive_steps([]) == []


@pytest.mark.full
@pytest.mark.timeout(1500)
def test_the_whole_demo_opens_the_door(tmp_path):
    run = _run(tmp_path / "demo", timeout_s=1400)
    assert run.returncode == 0, run.stdout + run.stderr
    content = json.loads((tmp_path / "demo" / "result.json").read_text())
    assert content["success"]
    assert content["door_angle_deg"] >= 30
    assert content["handle_grasped"]
