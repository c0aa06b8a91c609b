from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

import pytest

from vinn_ros.entry_points import END_WITH_PARENT

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


#: Starts a process that begins as a node does, says its number, and waits for it.
PARENT = """
import subprocess, sys
node = "import os, time; from vinn_ros.entry_points import begin; begin(); print(os.getpid(), flush=True); "
node += "time.sleep(300)"
subprocess.run([sys.executable, "-c", node])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_a_node_of_a_launch_file_ends_with_the_launch_tool():
    environment = {**os.environ, END_WITH_PARENT: "1"}
    with subprocess.Popen([sys.executable, "-c", PARENT], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        # Its end of the pipe closes when the node has ended.
        ended, _, _ = select.select([parent.stdout], [], [], 60.0)
        if not ended:
            os.kill(pid, signal.SIGKILL)
        assert ended
