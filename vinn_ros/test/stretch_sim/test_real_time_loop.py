import threading

import pytest

from vinn_ros.stretch_sim.real_time_loop import MAX_CATCH_UP_S, PeriodicJob, RealTimeLoop


class Clock:
    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


def make(jobs=(), on_failure=lambda error: None):
    clock, advanced = Clock(), []
    return RealTimeLoop(advanced.append, jobs, on_failure, clock), clock, advanced


def test_simulates_exactly_the_time_that_passed():
    loop, clock, advanced = make()
    for _ in range(10):
        clock.now_s += 0.03
        loop.tick()
    assert sum(advanced) == pytest.approx(0.3)
    assert loop.late_s == 0.0


def test_long_pause_is_not_caught_up():
    loop, clock, advanced = make()
    clock.now_s += 5.0
    loop.tick()
    assert sum(advanced) == MAX_CATCH_UP_S
    assert loop.late_s == pytest.approx(5.0 - MAX_CATCH_UP_S)


def test_jobs_run_at_their_rates_and_skip_what_a_pause_missed():
    runs = {"fast": 0, "slow": 0}
    jobs = [
        PeriodicJob(0.1, lambda: runs.__setitem__("fast", runs["fast"] + 1)),
        PeriodicJob(0.5, lambda: runs.__setitem__("slow", runs["slow"] + 1)),
    ]
    loop, clock, _ = make(jobs)
    for _ in range(101):
        sleep_s = loop.tick()
        assert 0.0 <= sleep_s <= 0.1 + 1e-9
        clock.now_s += 0.01
    assert runs["fast"] in (10, 11)
    assert runs["slow"] in (2, 3)
    fast = runs["fast"]
    clock.now_s += 3.0
    loop.tick()
    assert runs["fast"] == fast + 1


def test_failure_is_handed_on_and_ends_the_loop():
    failed, caught = threading.Event(), []

    def broken() -> None:
        raise ValueError("diverged")

    def on_failure(error: Exception) -> None:
        caught.append(error)
        failed.set()

    loop = RealTimeLoop(lambda duration_s: None, [PeriodicJob(0.01, broken)], on_failure)
    loop.start()
    assert failed.wait(10.0)
    loop.close()
    assert str(caught[0]) == "diverged"
    assert len(caught) == 1


def test_close_ends_the_thread():
    ticked = threading.Event()
    loop = RealTimeLoop(lambda duration_s: ticked.set(), [PeriodicJob(0.01, lambda: None)], lambda error: None)
    loop.start()
    assert ticked.wait(10.0)
    loop.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "simulation"]
