import pytest

from vinn_ros.stretch_bridge.driver_needs import ACTION_NEEDS, TOPIC_NEEDS
from vinn_ros.stretch_bridge.driver_setup import DriverSetup
from vinn_ros.stretch_bridge.inputs import DriverStatus


def heard(mode="position", streaming=True, homed=True, runstopped=False) -> DriverStatus:
    status = DriverStatus()
    status.mode, status.is_streaming, status.is_homed, status.is_runstopped = mode, streaming, homed, runstopped
    status.tool = "tool_stretch_dex_wrist"
    return status


@pytest.fixture
def setup() -> DriverSetup:
    setup = DriverSetup()
    setup.begin(0.0)
    return setup


def test_position_mode_first_then_streaming(setup):
    assert setup.next_call(heard("navigation", False), 0.0) == "switch_to_position_mode"
    assert setup.next_call(heard("position", False), 0.1) == "activate_streaming_position"
    assert setup.next_call(heard(), 0.2) is None
    assert setup.is_done
    assert setup.problem(heard(), 0.2) is None


def test_nothing_is_called_before_the_driver_is_heard(setup):
    assert setup.next_call(DriverStatus(), 0.0) is None
    assert not setup.is_done
    assert "nothing heard on mode" in setup.problem(DriverStatus(), 1.0)


def test_unanswered_call_is_repeated_at_a_calm_pace(setup):
    calls = [setup.next_call(heard("position", False), 0.02 * i) for i in range(150)]
    assert len([call for call in calls if call]) == 3  # at 0, 1 and 2 s


@pytest.mark.parametrize("mode", ["homing", "stowing", "runstopped"])
def test_what_a_person_or_the_robot_does_is_waited_for(setup, mode):
    assert setup.next_call(heard(mode, False), 0.0) is None
    assert not setup.is_done


def test_long_wait_is_named(setup):
    setup.next_call(heard("position", False), 0.0)
    reason = setup.problem(heard("position", False), 11.0)
    assert "not ready after 11 s" in reason
    assert "activate_streaming_position" in reason


def test_done_setup_does_not_undo_what_somebody_chose(setup):
    setup.next_call(heard(), 0.0)
    assert setup.next_call(heard("navigation", False), 5.0) is None


def test_the_action_server_needs_position_mode_and_no_streaming():
    setup = DriverSetup(ACTION_NEEDS)
    setup.begin(0.0)
    assert setup.next_call(heard("trajectory", False), 0.0) == "switch_to_position_mode"
    assert setup.next_call(heard("position", False), 0.1) is None
    assert setup.is_done


def test_a_ros2_control_robot_needs_no_set_up():
    setup = DriverSetup(TOPIC_NEEDS)
    setup.begin(0.0)
    assert setup.is_done
    assert setup.problem(DriverStatus(TOPIC_NEEDS), 0.0) is None


@pytest.mark.parametrize(
    ("status", "service"),
    [(heard("navigation"), "/switch_to_position_mode"), (heard(streaming=False), "/activate_streaming_position")],
)
def test_a_bridge_that_may_not_set_up_the_driver_says_what_to_call(status, service):
    setup = DriverSetup(may_call=False)
    setup.begin(0.0)
    assert setup.next_call(status, 0.0) is None
    reason = setup.problem(status, 1.0)
    assert f"call {service}" in reason
    assert "set_up_driver is false" in reason
    assert setup.next_call(heard(), 2.0) is None  # somebody did it
    assert setup.is_done
