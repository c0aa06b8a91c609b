"""Times functions in turn, each in a process of its own.

Thread pools of one library go on spinning for a while after their work, on the cores that the next one needs: measured
in one process, an encoder on OpenVINO takes half as long again after a call of torch. On a robot each is alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from vinn_training.evaluation.benchmark import Timing, time_in_turn, times_ms, timing_of
from vinn_training.evaluation.fresh_process import FreshProcess
from vinn_training.exceptions import InvalidInput

#: Makes what is timed; can be pickled.
Maker = Callable[[], Callable[[], object]]

#: Calls in a row, so that caches that the others emptied are filled by one call that is not timed.
_BLOCK = 5
#: Waited between two processes: until the threads of the last one sleep.
_PAUSE_S = 0.05

_timed: Callable[[], object]


def time_in_own_processes(makers: Sequence[Maker], repetitions: int, warm_up: int = 3) -> list[Timing]:
    """Time what the makers make: some calls of the first, of the second, ..., of the first again, and so on.

    Args:
        makers: Each is called once, in its process.
        repetitions: Timed calls of each.
        warm_up: Calls of each at first, not timed; with at least one, so is the first call of every turn.

    Returns:
        Median and spread of each.

    Raises:
        InvalidInput: If there is nothing to time, or a process was killed.
        VinnError: What a maker raises.
    """
    if not makers or repetitions < 1 or warm_up < 0:
        raise InvalidInput(
            f"{len(makers)} functions, {repetitions} repetitions, {warm_up} warm-up calls; expected at least 1, 1, 0"
        )
    times: list[list[float]] = [[] for _ in makers]
    with ExitStack() as stack:
        processes = [stack.enter_context(FreshProcess()) for _ in makers]
        for process, maker in zip(processes, makers, strict=True):
            process.call(_make, maker, warm_up)
        while len(times[-1]) < repetitions:
            calls = min(_BLOCK, repetitions - len(times[-1]))
            for process, own in zip(processes, times, strict=True):
                time.sleep(_PAUSE_S)
                own += process.call(_turn, calls, min(warm_up, 1))
    return [timing_of(own) for own in times]


def time_made_here(makers: Sequence[Maker], repetitions: int, warm_up: int = 3) -> list[Timing]:
    """Time what the makers make in this process: it starts sooner, and the numbers mean less."""
    return time_in_turn([maker() for maker in makers], repetitions, warm_up)


def _make(maker: Maker, warm_up: int) -> None:
    global _timed
    _timed = maker()
    times_ms(_timed, warm_up)


def _turn(calls: int, warm_up: int) -> list[float]:
    times_ms(_timed, warm_up)
    return times_ms(_timed, calls)
