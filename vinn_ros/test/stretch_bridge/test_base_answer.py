from __future__ import annotations

from vinn_ros.stretch_bridge.base_answer import BaseAnswer


def test_commands_without_an_answer_end_each_way_by_itself():
    base = BaseAnswer(still_m=0.0015)
    base.seen(1.0)
    for _ in range(3):
        assert base.problem(0.004) is None
        base.sent(0.004)
    assert "0.012 m forward" in base.problem(0.004)
    assert base.problem(0.0) is None
    assert base.problem(-0.004) is None
    base.sent(-0.02)
    assert "0.020 m back" in base.problem(-0.004)
    base.seen(1.001)  # within noise
    assert base.problem(0.004)
    base.seen(1.002)
    assert base.problem(0.004) is None
    assert base.problem(-0.004) is None


def test_a_new_start_forgets():
    base = BaseAnswer(still_m=0.0015)
    base.sent(0.05)
    assert base.problem(0.01)
    base.reset()
    assert base.problem(0.01) is None
