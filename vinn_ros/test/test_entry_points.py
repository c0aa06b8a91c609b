from __future__ import annotations

import os
import subprocess
import sys

import pytest

BEGIN = (
    "import os, sys; from vinn_ros.entry_points import begin; before = 'numpy' in sys.modules; begin(); "
    "print(before, os.environ['OPENBLAS_NUM_THREADS'])"
)


@pytest.mark.parametrize(("chosen", "expected"), [(None, "1"), ("3", "3")])
def test_a_node_multiplies_in_one_thread_unless_the_user_chose_otherwise(chosen, expected):
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    if chosen is not None:
        environment["OPENBLAS_NUM_THREADS"] = chosen
    result = subprocess.run(
        [sys.executable, "-c", BEGIN], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.split() == ["False", expected]  # it is read when NumPy is imported, so it must come first
