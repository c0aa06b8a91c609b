import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vinn_training.evaluation.job_process import Job
from vinn_training.evaluation.jobs import JobRunner
from vinn_training.exceptions import InvalidInput


def _silent(done: int, total: int, text: str) -> None:
    return


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    runner, job = JobRunner(tmp_path), Job("usage", ("--help",))
    (first,) = runner.run([job], 2, _silent)
    assert "usage: vinn" in (tmp_path / "logs" / "usage.log").read_text()
    assert first.cpu_s > 0.0
    (tmp_path / "logs" / "usage.log").unlink()
    assert JobRunner(tmp_path).run([job], 2, _silent) == [first]
    assert not (tmp_path / "logs" / "usage.log").exists()
    assert runner.finished(Job("usage", ("-h",))) is None  # the same name with other arguments is another job
    (tmp_path / "jobs" / "usage.json").write_text("{")
    assert runner.finished(job) is None  # a marker cut short


def test_a_failure_says_which_command_and_its_last_words(tmp_path: Path) -> None:
    jobs = [Job("good", ("--help",)), Job("bad", ("alchemy", "two words"))]
    with pytest.raises(InvalidInput, match=r"`vinn alchemy 'two words'` ended with status 2(.|\n)*unknown subcommand"):
        JobRunner(tmp_path).run(jobs, 1, _silent)
    assert (tmp_path / "jobs" / "good.json").exists()
    assert not (tmp_path / "jobs" / "bad.json").exists()
    JobRunner(tmp_path).run([Job("bad", ("alchemy",), accepted=(2,))], 1, _silent)


def test_what_nothing_needs_any_more_is_removed(tmp_path: Path) -> None:
    spent = tmp_path / "state"
    spent.touch()
    JobRunner(tmp_path).run([Job("usage", ("--help",), spent=(spent, tmp_path / "none"))], 1, _silent)
    assert not spent.exists()


def test_jobs_are_told_with_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    jobs = [Job(f"job{index}", ("--help",)) for index in range(3)]
    JobRunner(tmp_path).run(jobs, 2, lambda done, total, text: told.append((done, total)))
    assert told[0] == (0, 3)
    assert told[-1] == (3, 3)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_jobs_do_not_outlive_us(tmp_path: Path, how: signal.Signals) -> None:
    """A job that waits for ever, for a terminal that is not there, ends with its runner, however that ends."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys, time, pathlib\n"
        "if '--help' in sys.argv:\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'pid').write_text(str(os.getpid()))\n"
        "    time.sleep(600)\n"
    )
    script = (
        "from pathlib import Path\nfrom vinn_training.evaluation.jobs import Job, JobRunner\n"
        f"JobRunner(Path({str(tmp_path)!r}), {{'PYTHONPATH': {str(tmp_path)!r}}}).run("
        "[Job('j', ('--help',))], 1, lambda *a: None)"
    )
    runner = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    try:
        job = int(_wait_for(tmp_path / "pid"))
        runner.send_signal(how)
        runner.wait(timeout=60)
        deadline = time.monotonic() + 60
        while _alive(job) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not _alive(job)
    finally:
        runner.kill()
        runner.wait()
    assert not (tmp_path / "jobs").exists()


def _wait_for(path: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.02)
    raise AssertionError(f"{path} was not written")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    with pytest.raises(InvalidInput, match="choose another --output"):
        JobRunner(tmp_path).run([Job("usage", ("--help",))], 1, _silent)


def test_times_are_kept(tmp_path: Path) -> None:
    JobRunner(tmp_path).run([Job("usage", ("--help",))], 1, _silent)
    content = json.loads((tmp_path / "jobs" / "usage.json").read_text())
    assert content["arguments"] == ["--help"]
    assert content["wall_s"] >= 0.0
