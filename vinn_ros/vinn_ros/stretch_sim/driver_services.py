"""The driver's services without arguments, and what answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vinn_training.sim.driver import Outcome, StretchDriver

TRIGGERS: Mapping[str, Callable[[StretchDriver], Outcome]] = {
    "activate_streaming_position": lambda driver: driver.activate_streaming_position(),
    "deactivate_streaming_position": lambda driver: driver.deactivate_streaming_position(),
    "switch_to_position_mode": lambda driver: driver.switch_mode("position"),
    "switch_to_navigation_mode": lambda driver: driver.switch_mode("navigation"),
    "switch_to_trajectory_mode": lambda driver: driver.switch_mode("trajectory"),
    "stop_the_robot": lambda driver: driver.stop_the_robot(),
    "home_the_robot": lambda driver: driver.home_the_robot(),
    "stow_the_robot": lambda driver: driver.stow_the_robot(),
}
