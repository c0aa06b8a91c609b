from __future__ import annotations

import os
import subprocess
import sys
import time

from vinn_ros.latency.cpu import CpuMeter

BUSY = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\nprint(flush=True)\ninput()"


def test_a_busy_process_is_told_from_an_idle_one():
    meter = None
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as busy:
        begin_s = time.monotonic()
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as idle:
            meter = CpuMeter({"busy": busy.pid, "idle": idle.pid, "own": os.getpid()})
            busy.stdout.readline()  # it has used its time
            use = meter.read()
            wall_s = time.monotonic() - begin_s
            idle.communicate(b"\n")
        busy.communicate(b"\n")
    # The interpreter's own start, some tens of milliseconds, may fall on either side of the first reading.
    assert use.processes["busy"].cpu_percent >= 100 * 0.25 / wall_s
    assert set(use.processes) == {"busy", "idle", "own"}
    assert all(process.memory_mb > 1 for process in use.processes.values())
    assert use.others_percent >= 0
    assert set(meter.read().processes) == {"own"}  # the others ended
