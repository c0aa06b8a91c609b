from vinn_ros.stretch_bridge.driver_needs import ACTION_NEEDS
from vinn_ros.stretch_bridge.driver_setup import DriverSetup
from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_ros.stretch_bridge.outputs.driver_link import DriverLink


class Output:
    """Says what the test wants said."""

    needs = ACTION_NEEDS
    said: str | None = None
    refused: str | None = None
    warned: str | None = None

    def poll(self) -> str | None:
        return self.said

    def refusal(self) -> str | None:
        return self.refused

    def warning(self) -> str | None:
        return self.warned


def ready(status: DriverStatus) -> DriverStatus:
    status.mode, status.tool, status.is_homed, status.is_runstopped = "position", "tool_none", True, False
    return status


def test_what_the_output_says_is_in_the_status_until_it_says_otherwise():
    output, status = Output(), ready(DriverStatus(ACTION_NEEDS))
    link = DriverLink(output, "x")
    output.said = "the driver gave up the motion"
    link.poll(status)
    assert status.problem() == "the driver gave up the motion"
    output.said = None
    link.poll(status)
    assert status.problem() is None


def test_diagnostics_say_what_is_waited_for():
    output = Output()
    link, status = DriverLink(output, "x"), DriverStatus(ACTION_NEEDS)
    setup = DriverSetup(ACTION_NEEDS, may_call=False)
    setup.begin(0.0)
    assert "nothing heard on mode" in link.report(setup, status, 1.0)["driver"]
    ready(status).mode = "navigation"
    assert "call /switch_to_position_mode" in link.report(setup, status, 1.0)["driver"]
    status.mode = "position"
    assert setup.next_call(status, 1.0) is None
    output.warned = "look here"
    assert link.report(setup, status, 1.0) == {"interface": "x", "driver": "ready", "warning": "look here"}
    output.refused = "two masters"
    assert link.report(setup, status, 1.0)["warning"] == "two masters"
