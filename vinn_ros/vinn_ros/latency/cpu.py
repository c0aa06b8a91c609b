"""How much of the processor each process takes. No ROS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class ProcessUse:
    """What one process took over a period.

    Attributes:
        cpu_percent: Processor time over wall time; 100 is one core.
        memory_mb: Resident memory at the end, 10^6 bytes.
    """

    cpu_percent: float
    memory_mb: float


@dataclass(frozen=True)
class MachineUse:
    """What the processes that are watched took, and everything else.

    Attributes:
        processes: By name.
        others_percent: Processor time of all other processes of the machine; 100 is one core.
    """

    processes: Mapping[str, ProcessUse]
    others_percent: float


class CpuMeter:
    """Measures processes from its construction on.

    Args:
        process_ids: By name.
    """

    def __init__(self, process_ids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(number) for name, number in process_ids.items()}
        self._begin_s = time.monotonic()
        self._begin = {name: _seconds(process) for name, process in self._processes.items()}
        self._machine_begin_s = _machine_seconds()

    def read(self) -> MachineUse:
        """Return what was taken until now; of a process that ended, nothing."""
        wall_s = max(time.monotonic() - self._begin_s, 1e-9)
        found: dict[str, ProcessUse] = {}
        taken_s = 0.0
        for name, process in self._processes.items():
            try:
                seconds = _seconds(process) - self._begin[name]
                found[name] = ProcessUse(100.0 * seconds / wall_s, process.memory_info().rss * 1e-6)
                taken_s += seconds
            except psutil.NoSuchProcess:
                continue
        others_s = _machine_seconds() - self._machine_begin_s - taken_s
        return MachineUse(found, max(0.0, 100.0 * others_s / wall_s))


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _machine_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)
