import time
from pathlib import Path

from vinn_training.evaluation.job_process import Job, JobProcess


def _wait(process: JobProcess) -> None:
    deadline = time.monotonic() + 120
    while not process.poll():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_status_words_and_times_of_a_command(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = JobProcess(Job("usage", ()), log, log.open("wb"), {"PATH": "/usr/bin:/bin"})
    _wait(process)
    assert process.status == 2  # `vinn` alone shows how it is used
    assert "usage: vinn" in log.read_text()
    assert process.cpu_s > 0.0
    assert process.wall_s > 0.0


def test_one_that_is_ended_is_gone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = JobProcess(Job("usage", ("--help",)), log, log.open("wb"), {})
    process.end()
    assert not process.alive


def test_what_a_person_would_type() -> None:
    assert Job("n", ("data", "split", "my door")).command == "vinn data split 'my door'"
