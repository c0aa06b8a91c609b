import os
import signal
import subprocess
import sys
import time

import pytest

#: Starts a child that writes its number and sleeps, and waits for it.
PARENT = """
import subprocess, sys
from vinn_training.child_process import end_with_parent
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], preexec_fn=end_with_parent)
print(child.pid, flush=True)
child.wait()
"""


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_a_child_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        try:
            assert _alive(pid)
            parent.kill()
            parent.wait()
            deadline_s = time.monotonic() + 30.0
            while _alive(pid) and time.monotonic() < deadline_s:
                time.sleep(0.01)
            assert not _alive(pid)
        finally:
            if _alive(pid):
                os.kill(pid, signal.SIGKILL)
