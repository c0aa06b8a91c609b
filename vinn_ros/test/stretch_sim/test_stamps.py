from vinn_ros.stretch_sim.stamps import SimulatedStamps

MS = 1_000_000
START = 1_700_000_000_000 * MS


class _Clock:
    def __init__(self):
        self.ns = START

    def __call__(self):
        return self.ns


def _run(clock, stamps, time_ms, now_ms):
    clock.ns = START + round(now_ms * MS)
    return (stamps.stamp_ns(time_ms / 1000) - START) / MS


def test_differences_are_those_of_simulated_time_whatever_publishing_took():
    clock = _Clock()
    stamps = SimulatedStamps(clock)
    assert _run(clock, stamps, 4, 4) == 4
    # The same moment is stamped again after 30 ms of drawing, the next one on time.
    assert _run(clock, stamps, 20, 23) == 20
    assert _run(clock, stamps, 20, 50) == 20
    assert _run(clock, stamps, 52, 300) == 52  # a pause of the process
    assert _run(clock, stamps, 300, 302) == 300


def test_stamps_are_never_in_the_future_nor_go_back():
    clock = _Clock()
    stamps = SimulatedStamps(clock)
    assert _run(clock, stamps, 0, 40) == 40  # the first was asked for late
    before = 40.0
    for time_ms, now_ms in ((20, 45), (40, 50), (60, 65), (80, 84)):
        stamp = _run(clock, stamps, time_ms, now_ms)
        assert before <= stamp <= now_ms
        before = stamp
    assert before == 84


def test_a_simulation_that_lost_time_is_stamped_as_of_now_again():
    clock = _Clock()
    stamps = SimulatedStamps(clock)
    _run(clock, stamps, 0, 0)
    lost_ms = 300
    ages = [t + lost_ms - _run(clock, stamps, t, t + lost_ms) for t in range(20, 1200, 20)]
    assert ages[0] == lost_ms
    assert ages[-1] == 0
    assert sorted(ages, reverse=True) == ages


def test_a_reset_begins_anew():
    clock = _Clock()
    stamps = SimulatedStamps(clock)
    assert _run(clock, stamps, 5000, 5000) == 5000
    assert _run(clock, stamps, 0, 5100) == 5100
    assert _run(clock, stamps, 20, 5121) == 5120
