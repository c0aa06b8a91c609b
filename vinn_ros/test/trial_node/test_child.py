from __future__ import annotations

import signal
import subprocess
import sys
import time

from vinn_ros.trial_node import child as child_module
from vinn_ros.trial_node.child import enclave_arguments, end_child, start_child

PARENT = """
import sys, time
from vinn_ros.trial_node.child import start_child
print(start_child("timeit", ["-n", "1", "-r", "1", "import time; time.sleep(600)"]).pid, flush=True)
time.sleep(600)
"""


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_child_does_not_outlive_a_killed_parent():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline_s = time.monotonic() + 60.0
    while is_alive(pid) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert not is_alive(pid)


def test_one_that_does_not_end_is_killed():
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"
    child = start_child("timeit", ["-n", "1", "-r", "1", "-s", deaf, "import time; time.sleep(600)"], is_heard=True)
    deadline_s = time.monotonic() + 60.0
    while not child.stdout.read() and time.monotonic() < deadline_s:
        time.sleep(0.02)
    end_child(child, 0.2)
    assert child.returncode == -signal.SIGKILL


def test_children_share_our_security_enclave(monkeypatch):
    monkeypatch.delenv("ROS_SECURITY_ENCLAVE_OVERRIDE", raising=False)
    monkeypatch.setattr(child_module.sys, "argv", ["trial_node", "--ros-args", "-r", "a:=b"])
    assert enclave_arguments() == []
    monkeypatch.setattr(child_module.sys, "argv", ["trial_node", "--ros-args", "--enclave", "/vinn/trial_node", "-p"])
    assert enclave_arguments() == ["--enclave", "/vinn/trial_node"]
    monkeypatch.setattr(child_module.sys, "argv", ["trial_node", "--ros-args", "-e", "/vinn/trial_node"])
    assert enclave_arguments() == ["-e", "/vinn/trial_node"]
    monkeypatch.setenv("ROS_SECURITY_ENCLAVE_OVERRIDE", "/all")  # children inherit that one
    assert enclave_arguments() == []
