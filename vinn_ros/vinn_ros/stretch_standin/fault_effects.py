"""What the faults in force do to the robot and its driver."""

from __future__ import annotations

from dataclasses import replace

from vinn_ros.stretch_standin.driver import StandinDriver
from vinn_ros.stretch_standin.faults import HEALTHY, UNKNOWN_TOOL, Faults
from vinn_ros.stretch_standin.robot import StandinBody
from vinn_training.sim.driver import Outcome
from vinn_training.sim.driver_config import DriverConfig

_NOT_HOMED = "the robot is not homed; call /home_the_robot"


class FaultEffects:
    """Puts faults into force on a robot and says what they refuse.

    Args:
        body: The robot's joints.
        driver: Its driver, whose settings change with the faults.
        config: The driver's settings without faults.

    Attributes:
        in_force: The faults.
    """

    def __init__(self, body: StandinBody, driver: StandinDriver, config: DriverConfig) -> None:
        self._body = body
        self._driver = driver
        self._config = config
        self.in_force = HEALTHY

    @property
    def tool(self) -> str:
        """Tool that the driver reports."""
        return self._config.tool if self.in_force.tool == "none" else self.in_force.tool

    def apply(self, faults: Faults) -> None:
        """Put faults into force; those that are events (runstop, mode) happen now."""
        before, self.in_force = self.in_force, faults
        self._configure_driver(before, faults)
        self._happen(before, faults)

    def refused_command(self) -> Outcome | None:
        """Return why no command of motion is taken; None where the driver itself decides."""
        reason = None
        if self.in_force.commands_refused:
            reason = "a fault of the stand-in"
        elif self.in_force.unhomed:
            reason = _NOT_HOMED
        elif self.tool == UNKNOWN_TOOL:
            reason = f"no vector is known for '{UNKNOWN_TOOL}'"
        return None if reason is None else Outcome(False, f"command refused: {reason}")

    def refused_service(self, name: str) -> Outcome | None:
        """Return why a service of the driver is not done; None where the driver itself decides."""
        if self.in_force.services_refused:
            return Outcome(False, f"/{name} was refused (a fault of the stand-in)")
        if self.in_force.unhomed and name == "stow_the_robot":
            return Outcome(False, f"cannot stow: {_NOT_HOMED}")
        return None

    def _configure_driver(self, before: Faults, faults: Faults) -> None:
        tool = self._config.tool if self.tool == UNKNOWN_TOOL else self.tool
        speeds = {name: speed * faults.speed_factor for name, speed in self._config.speeds.items()}
        self._driver.config = replace(self._config, tool=tool, speeds=speeds)
        if faults.stuck_joint != before.stuck_joint:
            self._body.stuck_joint = None if faults.stuck_joint == "none" else faults.stuck_joint
            self._driver.robot_was_placed()  # a joint that comes free does not leap after its set-point

    def _happen(self, before: Faults, faults: Faults) -> None:
        if faults.runstopped != before.runstopped:
            self._driver.runstop(faults.runstopped)
        if faults.mode != before.mode and faults.mode in ("navigation", "trajectory"):
            self._driver.switch_mode("navigation" if faults.mode == "navigation" else "trajectory")
        if faults.unhomed and not before.unhomed:
            self._driver.stop_the_robot()
