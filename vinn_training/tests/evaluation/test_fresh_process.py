import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from vinn_training.evaluation.fresh_process import in_fresh_process, peak_mib, resident_mib
from vinn_training.exceptions import InvalidInput, MissingDependency

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")


def test_the_answer_comes_from_another_process_that_has_ended():
    child = in_fresh_process(os.getpid)
    assert child != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_what_it_raises_is_raised_here():
    with pytest.raises(FileNotFoundError):
        in_fresh_process(os.listdir, "/does/not/exist")


def test_a_process_that_dies_is_an_error_and_no_hang():
    with pytest.raises(InvalidInput, match="was killed, perhaps for the memory it took"):
        in_fresh_process(os._exit, 3)


def test_a_killed_program_leaves_no_process_behind(tmp_path):
    note = tmp_path / "child"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    script = (
        "from vinn_training.evaluation.fresh_process import in_fresh_process\n"
        f"if __name__ == '__main__': in_fresh_process(exec, {code!r})"
    )
    program = tmp_path / "program.py"
    program.write_text(script)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    parent = subprocess.Popen([sys.executable, str(program)], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: note.exists() and note.read_text() != "")
    finally:
        parent.terminate()
        parent.wait()
    wait_until(lambda: not is_running(int(note.read_text())))


def wait_until(condition, timeout_s=120.0):
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def is_running(process_id: int) -> bool:
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def test_memory_that_is_used_is_seen():
    before = resident_mib()
    block = np.ones(8 << 20)  # 64 MiB
    assert 60 < resident_mib() - before < 80
    assert peak_mib() >= resident_mib() - 1
    del block


def test_a_system_that_does_not_tell_is_named(monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "")
    with pytest.raises(MissingDependency, match="needs Linux: /proc/self/status has no VmRSS"):
        resident_mib()
