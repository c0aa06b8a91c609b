"""A `vinn` command as a process of its own, that ends with us."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vinn_training.child_process import end_with_parent


@dataclass(frozen=True)
class Job:
    """One `vinn` command.

    Attributes:
        name: Unique; a file name.
        arguments: After `vinn`.
        accepted: Exit statuses that are no failure.
        spent: Files that nothing needs once the job is done; they are removed then.
    """

    name: str
    arguments: tuple[str, ...]
    accepted: tuple[int, ...] = (0,)
    spent: tuple[Path, ...] = ()

    @property
    def command(self) -> str:
        """What a person would type."""
        return shlex.join(["vinn", *self.arguments])


class JobProcess:
    """A job's process. It ends with us, however we end.

    Args:
        job: What to run.
        log: Gets what it says.
        stream: The same, open for writing; closed here.
        environment: Of the process.

    Attributes:
        job: As given.
        log: As given.
        status: Exit status, once it has ended; minus the signal's number where one ended it.
        wall_s: From start to end.
        cpu_s: Processor time of it and of the processes that it waited for.
    """

    def __init__(self, job: Job, log: Path, stream: IO[bytes], environment: dict[str, str]) -> None:
        self.job, self.log = job, log
        self.status, self.wall_s, self.cpu_s = 0, 0.0, 0.0
        self._started = time.monotonic()
        with stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "vinn_training.cli.main", *job.arguments],
                stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, env=environment,
                start_new_session=True,  # Ctrl-C reaches only us, and we end the jobs
                preexec_fn=end_with_parent,
            )  # fmt: skip

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet, as far as is known."""
        return self._process.returncode is None

    def poll(self) -> bool:
        """Return whether it has ended; then its status and times are there."""
        pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        if not pid:
            return False
        self.status = self._process.returncode = os.waitstatus_to_exitcode(status)
        self.wall_s = time.monotonic() - self._started
        self.cpu_s = usage.ru_utime + usage.ru_stime
        return True

    def end(self) -> None:
        """Ask it to end, and see to it."""
        self._process.terminate()
        try:
            self._process.wait(timeout=30.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
