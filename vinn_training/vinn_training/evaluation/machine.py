"""What a reader must know of a machine to judge times measured on it, and how busy others kept it meanwhile."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

#: Packages whose version changes the numbers.
PACKAGES = (
    "numpy", "torch", "torchvision", "openvino", "onnxruntime", "nncf", "faiss-cpu", "byol-pytorch",
    "opencv-python-headless", "ros-rclpy",
)  # fmt: skip

#: Instructions that make int8 fast, as encoder/processor.py has them.
INT8_INSTRUCTIONS = ("avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")

#: Variables that change how many threads a library takes.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def describe_machine() -> dict[str, Any]:
    """Return today's date (UTC), CPU, cores, memory, system and versions, as plain JSON types."""
    info = _cpu_info()
    flags = set((info.get("flags") or info.get("Features") or "").split())
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "cpu": info.get("model name") or platform.processor() or platform.machine(),
        "int8_instructions": [name for name in INT8_INSTRUCTIONS if name in flags],
        "cores": cores(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "threads": {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ},
    }


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_average() -> float:
    """Return the load average of the last minute: runnable processes, our own included."""
    return round(os.getloadavg()[0], 2)


class NeighbourMeter:
    """Measures how many cores other programs keep busy, from its construction on. Needs Linux."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._machine_s, self._own_s = _busy_s(), _own_s()

    def cores(self) -> float | None:
        """Return the mean number of cores that others kept busy; None where the system does not tell.

        Processes that this one started count as its own once they have ended.
        """
        machine_s = _busy_s()
        elapsed_s = time.monotonic() - self._began_s
        if machine_s is None or self._machine_s is None or elapsed_s <= 0.0:
            return None
        others_s = (machine_s - self._machine_s) - (_own_s() - self._own_s)
        return round(max(0.0, others_s / elapsed_s), 2)


def _cpu_info() -> dict[str, str]:
    """Return the first processor's lines of /proc/cpuinfo; empty where there is no such file."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _own_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _busy_s() -> float | None:
    """Return the seconds that all cores together have worked since the machine's start."""
    try:
        words = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, _idle, _waiting, interrupts, soft_interrupts = map(int, words[1:8])
    return (user + nice + system + interrupts + soft_interrupts) / os.sysconf("SC_CLK_TCK")
