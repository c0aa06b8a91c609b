"""What the bridge needs of a way to send motions; one implementation for each interface of a robot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from vinn_ros.stretch_bridge.driver_needs import DriverNeeds
from vinn_ros.stretch_bridge.inputs import DriverStatus

DriverService = Literal["switch_to_position_mode", "activate_streaming_position", "stop_the_robot"]


class DriverOutput(Protocol):
    """Sends motions and stops. No call waits for an answer of the robot."""

    @property
    def needs(self) -> DriverNeeds:
        """What the robot's driver must have said, and how it must be set up, before `send`."""

    def joint_names(self, names: Sequence[str]) -> list[str]:
        """Return joints of joint states, by the robot's own names, by those of the Stretch driver."""

    def joint_states(self, positions: Mapping[str, float]) -> None:
        """Take joint states by the names of the Stretch driver; a message that lacks some joints updates the others."""

    def send(self, values: Mapping[str, float], tool: str | None) -> dict[str, float]:
        """Send one motion.

        Args:
            values: Targets by the driver's joint names, metres and radians; the base's are increments.
            tool: End-of-arm tool, where the driver names one.

        Returns:
            What goes to the robot of them, by the same names.

        Raises:
            InvalidInput: If the values cannot be sent this way; nothing was sent.
        """

    def hold(self, values: Mapping[str, float] | None, status: DriverStatus) -> None:
        """Stop the robot where it is.

        Args:
            values: Measured positions in the form of `send`, or None where they are not known.
            status: What was last heard of the driver.
        """

    def call(self, service: DriverService) -> None:
        """Call one of the driver's services; a refusal is logged when it comes."""

    def poll(self) -> str | None:
        """Do what is due, and return why motions cannot be sent now or what became of one, or None.

        Call some tens of times a second. What happened once is told once.
        """

    def refusal(self) -> str | None:
        """Return why the robot must not be enabled: somebody else commands it too. None where nobody does."""

    def warning(self) -> str | None:
        """Return what a person should look at though it does not forbid to move, or None."""

    def flush(self, timeout_s: float) -> None:
        """Wait until the last stop is on its way, at the end of the process."""
