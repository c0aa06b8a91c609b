import threading

import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.sim.gl_thread import GlThread


def test_every_call_runs_on_one_thread_that_is_not_the_callers() -> None:
    thread = GlThread()
    seen: list[int] = []
    callers = [threading.Thread(target=lambda: seen.append(thread.call(threading.get_ident))) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    thread.close()

    assert len(seen) == 4
    assert len(set(seen)) == 1
    assert seen[0] != threading.get_ident()


def test_an_error_reaches_the_caller_and_the_thread_lives_on() -> None:
    thread = GlThread()
    with pytest.raises(ZeroDivisionError):
        thread.call(lambda: 1 / 0)
    assert thread.call(lambda: 7) == 7
    thread.close()


def test_a_closed_thread_says_so_instead_of_waiting_for_ever() -> None:
    thread = GlThread()
    thread.close()
    thread.close()
    with pytest.raises(SimulationError, match="closed"):
        thread.call(lambda: 1)
