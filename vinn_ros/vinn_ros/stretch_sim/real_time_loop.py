"""Keeps simulated time in step with the wall clock, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: After a longer pause (a heavy picture, a busy machine) the simulation runs late instead of catching up.
MAX_CATCH_UP_S = 0.5


@dataclass(frozen=True)
class PeriodicJob:
    """Something to do at a rate, after the simulation was advanced.

    Attributes:
        period_s: Time between two runs.
        run: What to do.
    """

    period_s: float
    run: Callable[[], None]


class RealTimeLoop:
    """Advances a simulation by the wall time that passed and runs periodic jobs between.

    Args:
        advance: Advances the simulation by seconds.
        jobs: What to do at which rate.
        on_failure: Called in the thread with an exception of `advance` or of a job; the loop ends.
        clock: Wall time in seconds.
    """

    def __init__(
        self,
        advance: Callable[[float], None],
        jobs: Sequence[PeriodicJob],
        on_failure: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._advance = advance
        self._jobs = tuple(jobs)
        self._on_failure = on_failure
        self._clock = clock
        self._last_s = clock()
        self._due_s = [self._last_s] * len(self._jobs)
        self._late_s = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def late_s(self) -> float:
        """Wall time that was not simulated because the machine was too slow."""
        return self._late_s

    def tick(self) -> float:
        """Advance to now, run the jobs that are due, and return how long to sleep until the next one."""
        now_s = self._clock()
        elapsed_s = now_s - self._last_s
        self._last_s = now_s
        self._late_s += max(0.0, elapsed_s - MAX_CATCH_UP_S)
        self._advance(min(elapsed_s, MAX_CATCH_UP_S))
        for index, job in enumerate(self._jobs):
            if now_s >= self._due_s[index]:
                # Runs that a pause skipped are not made up for.
                self._due_s[index] = max(self._due_s[index] + job.period_s, now_s)
                job.run()
        return max(0.0, min(self._due_s) - self._clock()) if self._due_s else 0.01

    def start(self) -> None:
        """Begin, in a new thread."""
        self._thread = threading.Thread(target=self._run, name="simulation", daemon=True)
        self._thread.start()

    def close(self, timeout_s: float = 2.0) -> None:
        """End the thread after the job in work."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while not self._stop.wait(self.tick()):
                pass
        except Exception as error:  # handed on: a thread that dies silently would look like a frozen robot
            self._on_failure(error)
