"""What this machine's processor can do."""

from __future__ import annotations

import platform
from pathlib import Path

#: Instructions that multiply and add 8-bit integers into 32 bits, as Linux names them: AVX-512 VNNI, AVX VNNI and AMX
#: on x86, dot product and matrix multiply on ARM. Without them int8 is hardly faster than float32, and on x86 its sums
#: can overflow on the way.
_INT8_FLAGS = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"}
_CPUINFO = Path("/proc/cpuinfo")


def has_int8_instructions(cpuinfo: str | None = None) -> bool:
    """Return whether every processor core multiplies 8-bit integers at full speed.

    Args:
        cpuinfo: Content of /proc/cpuinfo; None reads it. Where there is no such file, only an ARM Mac counts.
    """
    if cpuinfo is None:
        try:
            cpuinfo = _CPUINFO.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return platform.system() == "Darwin" and platform.machine() == "arm64"
    flags = [
        set(value.split())
        for name, _, value in (line.partition(":") for line in cpuinfo.splitlines())
        if name.strip() in ("flags", "Features")
    ]
    return bool(flags) and all(core & _INT8_FLAGS for core in flags)
