from __future__ import annotations

from vinn_ros.stretch_bridge.base_answer import BaseAnswer


def test_commands_without_an_answer_end_each_way_by_itself():
    base = BaseAnswer(still_m=0.0015)
    base.seen(1.0, 0.0)
    for _ in range(3):
        assert base.problem(0.004) is None
        base.sent(0.004)
    assert "0.012 m forward" in base.problem(0.004)
    assert base.problem(0.0) is None
    assert base.problem(-0.004) is None
    base.sent(-0.02)
    assert "0.020 m back" in base.problem(-0.004)
    base.seen(1.001, 0.1)  # within noise
    assert base.problem(0.004)
    base.seen(1.002, 0.2)
    assert base.problem(0.004) is None
    assert base.problem(-0.004) is None


def test_a_new_start_forgets():
    base = BaseAnswer(still_m=0.0015)
    base.sent(0.05)
    assert base.problem(0.01)
    base.reset()
    assert base.problem(0.01) is None


def test_a_stream_gets_time_and_some_way_for_its_answer():
    base = BaseAnswer(still_m=0.0015)
    base.seen(1.0, 0.0)
    for i in range(30):  # 0.3 s
        assert base.stream_problem(0.002, 0.01 * i) is None
        base.streamed(0.002, 0.01 * i)
    assert base.stream_problem(0.002, 0.35) is None
    assert "0.062 m forward" in base.stream_problem(0.002, 0.45)
    assert base.stream_problem(-0.002, 0.45) is None  # back is another way
    base.seen(1.002, 0.5)
    assert base.moved_s == 0.5
    assert base.stream_problem(0.002, 0.6) is None
    base.streamed(0.035, 0.6)
    assert base.stream_problem(0.002, 9.0) is None  # slow, but little
    assert base.stream_problem(0.02, 9.0)


def test_noise_of_a_stream_never_adds_up():
    base = BaseAnswer(still_m=0.0015)
    for i in range(1000):
        assert base.stream_problem(0.001 * (-1) ** i, 0.04 * i) is None
        base.streamed(0.001 * (-1) ** i, 0.04 * i)
