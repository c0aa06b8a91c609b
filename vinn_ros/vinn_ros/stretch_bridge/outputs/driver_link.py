"""Between the bridge's core and the output that its parameters chose."""

from __future__ import annotations

from vinn_ros.stretch_bridge.driver_setup import DriverSetup
from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_ros.stretch_bridge.outputs.driver_output import DriverOutput


class DriverLink:
    """Tells the core and diagnostics what the output says.

    Args:
        output: Sends motions.
        interface: Its name, as the parameter has it.
    """

    def __init__(self, output: DriverOutput, interface: str) -> None:
        self.output = output
        self._interface = interface

    def poll(self, status: DriverStatus) -> None:
        """Let the output do what is due, and put what it says into the status; call before the core's tick."""
        status.output_problem = self.output.poll()

    def report(self, setup: DriverSetup, status: DriverStatus, now_s: float) -> dict[str, object]:
        """Return what diagnostics say of the driver; `driver` is what it is waited for, or "ready"."""
        return {
            "interface": self._interface,
            "driver": setup.problem(status, now_s) or status.problem() or "ready",
            "warning": self.output.refusal() or self.output.warning() or "",
        }
