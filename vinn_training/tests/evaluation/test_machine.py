import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vinn_training.evaluation import machine
from vinn_training.evaluation.machine import NeighbourMeter, describe_machine, load_average


def test_a_reader_learns_what_the_numbers_were_measured_on(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    described = json.loads(json.dumps(describe_machine()))
    assert described["cores"] >= 1
    assert described["memory_gib"] > 0
    assert described["cpu"]
    assert described["packages"]["numpy"].count(".") == 2
    assert described["threads"]["OMP_NUM_THREADS"] == "1"
    assert load_average() >= 0


def test_a_system_that_tells_nothing_is_described_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "Path", lambda _: tmp_path / "nothing")
    assert describe_machine()["int8_instructions"] == []
    assert NeighbourMeter().cores() is None


def test_our_own_work_is_taken_off_what_the_machine_did(monkeypatch):
    clock = {"wall": 100.0, "machine": 5000.0, "own": 7.0}
    monkeypatch.setattr(machine.time, "monotonic", lambda: clock["wall"])
    monkeypatch.setattr(machine, "_busy_s", lambda: clock["machine"])
    monkeypatch.setattr(machine, "_own_s", lambda: clock["own"])
    meter = NeighbourMeter()
    clock.update(wall=110.0, machine=5018.0, own=10.0)  # 1.8 cores were busy, 0.3 of them ours
    assert meter.cores() == 1.5
    clock.update(machine=5002.0)
    assert meter.cores() == 0.0


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs Linux")
def test_a_busy_neighbour_is_seen():
    spin = "import time\nend = time.monotonic() + 60\nprint(flush=True)\nwhile time.monotonic() < end: pass"
    other = subprocess.Popen([sys.executable, "-c", spin], stdout=subprocess.PIPE)
    try:
        other.stdout.readline()
        meter = NeighbourMeter()
        time.sleep(0.5)
        busy = meter.cores()
    finally:
        other.kill()
        other.communicate()
    assert busy > 0.1
