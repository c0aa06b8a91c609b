"""The worker as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from vinn_ros.policy.bank_work import Recipe, read_built
from vinn_ros.policy.worker_process import WorkerProcess
from vinn_training.bank.bundle import load_bundle
from vinn_training.exceptions import VinnError


@pytest.fixture
def worker(bundle):
    worker = WorkerProcess(bundle, load_bundle(bundle).bank.bank_id)
    yield worker
    worker.close()


def _loaded(bundle):
    return Recipe((), (), load_bundle(bundle).calibration)


def test_it_embeds_and_saves_as_in_this_process(worker, work, bundle, dataset, tmp_path):
    recipe = _loaded(bundle)
    calibration = worker.add(recipe, dataset, "new", tmp_path / "theirs")
    process = worker._process
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == 19
    assert os.sched_getscheduler(process.pid) == os.SCHED_BATCH
    assert work.add(recipe, dataset, "new", tmp_path / "ours").count == calibration.count
    theirs, ours = read_built(tmp_path / "theirs").bank, read_built(tmp_path / "ours").bank
    assert theirs.demonstration_names == ours.demonstration_names
    assert abs(theirs.embeddings - ours.embeddings).max() < 1e-4
    with pytest.raises(VinnError, match="holds no demonstration 'nobody'"):
        worker.add(recipe, dataset, "nobody", tmp_path / "nothing")
    added = Recipe((tmp_path / "theirs",), ("a",), calibration)
    bank_id = worker.save(added, tmp_path / "saved", "by hand")
    assert worker._process is process  # one for all requests
    assert load_bundle(tmp_path / "saved", whole=True).bank.bank_id == bank_id
    process.kill()
    process.wait()
    worker.save(added, tmp_path / "again", "by hand")  # it is started anew
    worker.close()
    with pytest.raises(VinnError, match="cleaned up"):
        worker.save(added, tmp_path / "late", "by hand")


def test_a_process_that_is_killed_in_its_work_is_told(bundle, tmp_path):
    worker = WorkerProcess(bundle, "x")
    worker._command = [sys.executable, "-c", "import os; input(); os.kill(os.getpid(), 9)"]
    with pytest.raises(VinnError, match="was killed by signal 9; nothing was changed"):
        worker.save(_loaded(bundle), tmp_path / "saved", "")
    worker.close()


def test_one_that_was_idle_and_left_is_started_again(bundle, tmp_path):
    """The first process ends at the second request, as one does whose patience ended just then."""
    worker = WorkerProcess(bundle, "x")
    lines = 'print(input() and \'{"done": "id"}\', flush=True); input()'
    worker._command = [sys.executable, "-c", lines]
    assert worker.save(_loaded(bundle), tmp_path, "") == "id"
    first = worker._process
    assert worker.save(_loaded(bundle), tmp_path, "") == "id"
    assert worker._process is not first
    worker.close()
    assert worker._process.poll() is not None


def test_closing_ends_a_request_that_is_under_way(bundle, tmp_path):
    worker = WorkerProcess(bundle, "x")
    worker._command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    problems = []

    def save():
        try:
            worker.save(_loaded(bundle), tmp_path / "saved", "")
        except VinnError as error:
            problems.append(str(error))

    thread = threading.Thread(target=save)
    thread.start()
    while worker._process is None:
        time.sleep(0.001)
    worker.close()
    thread.join()
    assert problems == ["the policy was cleaned up meanwhile; nothing was changed"]


def test_it_ends_with_its_parent_and_ignores_ctrl_c(bundle):
    command = [sys.executable, "-m", "vinn_ros.policy.bank_worker", str(bundle), "x"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    request = '{"do": "save", "recipe": {"added": [], "disabled": [], "calibration": {}}}\n'
    process.stdin.write(request)
    process.stdin.flush()
    assert "has changed since" in process.stdout.readline()  # it has begun to listen
    process.send_signal(signal.SIGINT)
    process.stdin.write(request)
    process.stdin.flush()
    assert "has changed since" in process.stdout.readline()
    process.stdin.close()
    assert process.wait(timeout=60.0) == 0
    process.stdout.close()
