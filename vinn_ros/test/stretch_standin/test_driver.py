import pytest

from vinn_ros.stretch_standin.driver import StandinDriver
from vinn_ros.stretch_standin.robot import StandinBody
from vinn_training.kinematics import joints


@pytest.fixture
def driver() -> StandinDriver:
    return StandinDriver(StandinBody())


def test_single_joints_move_and_the_others_go_on(driver):
    assert driver.joint_goals({joints.FINGER_LEFT: -0.2}, in_position_mode=True).success
    driver.advance(0.1)
    assert driver.joint_goals({joints.LIFT: 0.7, joints.BASE: 0.05}, in_position_mode=True).success
    driver.advance(2.0)
    at = driver.joint_positions()
    assert at[joints.LIFT] == pytest.approx(0.7)
    assert at[joints.FINGER_LEFT] == pytest.approx(-0.2)
    assert driver.base_position_m() == pytest.approx(0.05)
    driver.joint_goals({joints.BASE: 0.05}, in_position_mode=True)
    driver.advance(2.0)
    assert driver.base_position_m() == pytest.approx(0.1)  # from where it was


def test_what_is_out_of_range_is_shortened_and_told(driver):
    outcome = driver.joint_goals({joints.LIFT: 3.0}, in_position_mode=True)
    assert outcome.success
    assert "shortened to range: joint_lift" in outcome.message


def test_modes_and_runstop_refuse(driver):
    driver.switch_mode("navigation")
    assert "the mode is navigation" in driver.joint_goals({joints.LIFT: 0.7}, in_position_mode=True).message
    assert driver.joint_goals({joints.LIFT: 0.7}, in_position_mode=False).success
    driver.runstop(True)
    assert not driver.joint_goals({joints.LIFT: 0.7}, in_position_mode=False).success
    assert not driver.joint_goals({"rotate_mobile_base": 0.1}, in_position_mode=True).success
