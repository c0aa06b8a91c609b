from __future__ import annotations

import pytest

from vinn_ros.stretch_standin.driver import StandinDriver
from vinn_ros.stretch_standin.journal import Journal
from vinn_ros.stretch_standin.robot import StandinBody
from vinn_ros.stretch_standin.timed_driver import TimedDriver
from vinn_training.kinematics import joints
from vinn_training.sim.driver_config import DriverConfig


class Rig:
    def __init__(self):
        self.now_s = 100.0
        self.journal = Journal()
        config = DriverConfig(control_period_s=0.005)
        self.driver = StandinDriver(StandinBody(), config)
        self.timed = TimedDriver(self.driver, config.control_period_s, lambda: self.now_s, self.journal)

    def after(self, duration_s):
        self.now_s += duration_s
        return self.timed.advance()


@pytest.fixture
def rig():
    return Rig()


def test_the_robot_moves_with_the_clock_and_its_motion_is_noted_to_a_period(rig):
    lift_m = rig.timed.slides_m()[joints.LIFT]
    assert rig.driver.joint_goals({joints.LIFT: lift_m + 0.05}, in_position_mode=True).success
    assert rig.timed.slides_m()[joints.LIFT] == lift_m  # nothing moves while nobody looks at the clock
    assert rig.after(10.0) == 110.0
    assert rig.timed.slides_m()[joints.LIFT] == pytest.approx(lift_m + 0.05)
    [(begin_s, end_s)] = rig.journal.content()["motions"]
    assert begin_s == pytest.approx(100.0, abs=0.02)
    speed_mps = DriverConfig().speeds[joints.LIFT]
    assert end_s - begin_s == pytest.approx(0.05 / speed_mps, abs=0.02)


def test_the_longest_time_without_a_question_is_remembered(rig):
    for duration_s in (0.01, 0.3, 0.02):
        rig.after(duration_s)
    assert rig.timed.longest_pause_s == pytest.approx(0.3)


def test_how_far_the_farthest_slide_would_go(rig):
    at = rig.timed.slides_m()
    assert rig.timed.farthest_m({joints.LIFT: at[joints.LIFT] - 0.02, joints.BASE: -0.07}) == pytest.approx(0.07)
    assert rig.timed.farthest_m({joints.WRIST_YAW: 1.0}) == 0.0
    assert rig.timed.reach_m([1.0, 2.0]) is None
