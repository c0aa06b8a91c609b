"""Make the ROS 2 wheels' CMake files fit this interpreter.

The wheels' exported CMake files hold the include paths of the machine they were built on
(`/opt/python/cpXY-cpXY/...`). A custom interface package builds against them only after those are
replaced by this interpreter's. Running it twice changes nothing.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path

import numpy as np

_PYTHON_INCLUDE = re.compile(r"/opt/python/cp[^/\"; ]+/include/python3\.\d+")
_NUMPY_INCLUDE = re.compile(r"/opt/python/cp[^/\"; ]+/lib/python3\.\d+/site-packages/numpy/_?core/include")


def fix(prefix: Path) -> int:
    """Rewrite the CMake files under `prefix`/share and return how many changed."""
    changed = 0
    for path in prefix.glob("share/**/*.cmake"):
        before = path.read_text()
        if "/opt/python/" not in before:
            continue
        after = _NUMPY_INCLUDE.sub(np.get_include(), before)
        after = _PYTHON_INCLUDE.sub(sysconfig.get_path("include"), after)
        if "/opt/python/" in after:
            raise SystemExit(
                f"{path}: an include path of the wheels' build machine is left; expected Python's or NumPy's"
            )
        path.write_text(after)
        changed += 1
    return changed


if __name__ == "__main__":
    print(f"{fix(Path(sys.prefix))} CMake files of the ROS wheels adapted to {sys.executable}")
