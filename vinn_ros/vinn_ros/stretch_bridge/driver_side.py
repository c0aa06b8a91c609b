"""The core's side towards the driver: what it hears, and how it is set up."""

from __future__ import annotations

from collections.abc import Mapping

from vinn_ros.stretch_bridge.driver_setup import DriverSetup, Service
from vinn_ros.stretch_bridge.input_watch import ContactCheck, InputWatch
from vinn_ros.stretch_bridge.inputs import DriverStatus


class DriverSide:
    """Passes what the driver says on to the watch.

    Args:
        watch: Takes it.
    """

    def __init__(self, watch: InputWatch) -> None:
        self._watch = watch

    @property
    def status(self) -> DriverStatus:
        """What the driver says of itself; written by those who hear it."""
        return self._watch.status

    @property
    def setup(self) -> DriverSetup:
        """What brings the driver into the state that commands need."""
        return self._watch.setup

    @property
    def contact(self) -> ContactCheck | None:
        """What judges the joints' efforts before every motion; None where nothing does."""
        return self._watch.contact

    @contact.setter
    def contact(self, check: ContactCheck | None) -> None:
        self._watch.contact = check

    @property
    def base_position_m(self) -> float:
        """Way of the base along its own axis since odometry was first heard, as measured."""
        return self._watch.base_m

    @property
    def joint_positions(self) -> dict[str, float]:
        """The newest measured position of every joint that was heard, by the driver's names, metres and radians."""
        return dict(self._watch.joints)

    def joint_states(
        self, positions: Mapping[str, float], now_s: float, efforts: Mapping[str, float] | None = None
    ) -> None:
        """Take joint states, by the driver's names; a message that lacks some joints updates the others.

        Args:
            positions: Metres and radians.
            now_s: Now.
            efforts: In the driver's own unit, where it gives them; for `contact`.

        Raises:
            InvalidInput: If a position is not finite; the message is not used.
        """
        self._watch.joint_states(positions, now_s, efforts)

    def odometry(self, x_m: float, y_m: float, yaw_rad: float, now_s: float) -> None:
        """Take the base's pose in the odometry frame.

        Raises:
            InvalidInput: If it is not finite; it is not used.
        """
        self._watch.odometry(x_m, y_m, yaw_rad, now_s)

    def begin_setup(self, now_s: float) -> None:
        """Bring the driver into the state that commands need, from now on."""
        self.setup.begin(now_s)

    def next_service(self, now_s: float) -> Service | None:
        """Return the driver's service to call now, if any."""
        return self.setup.next_call(self.status, now_s)

    def driver_is_ready(self) -> bool:
        """Return whether the driver would take a command."""
        return self.setup.is_done and self.status.problem() is None
