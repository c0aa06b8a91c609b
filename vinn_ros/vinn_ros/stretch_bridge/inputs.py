"""What the bridge is told, as plain values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_ros.stretch_bridge.driver_needs import STREAMING_NEEDS, DriverNeeds
from vinn_training.contracts import GripperState
from vinn_training.kinematics.driver_vector import LAYOUTS

#: A unit translation may exceed 1 by the rounding of its float32 neighbours.
_LENGTH_SLACK = 1e-3

#: Clocks of two machines may differ by this much; an image that comes later than this from the future is refused.
_FUTURE_SLACK_S = 0.1


@dataclass(frozen=True)
class ActionInput:
    """One action of the policy.

    Attributes:
        image_age_s: How long ago the image was taken, at the moment the action arrived.
        frame_id: Frame of the translation.
        translation: (3,) float64, c (.) a_hat, as a fraction of the step length.
        gripper: Wanted state.
        hold: True if the policy says not to move.
        hold_reason: Why.
        fingerprint: Numbers that are equal for equal pictures alone (the distances to the neighbours); may be empty.
    """

    image_age_s: float
    frame_id: str
    translation: NDArray[np.float64]
    gripper: GripperState
    hold: bool = False
    hold_reason: str = ""
    fingerprint: tuple[float, ...] = ()

    def problem(self, expected_frame: str) -> str | None:
        """Return why the robot must not move on this action, whatever its age, or None."""
        if self.frame_id != expected_frame:
            return f"action is in frame '{self.frame_id}'; expected '{expected_frame}'"
        if self.hold:
            return f"policy holds: {self.hold_reason or 'no reason given'}"
        length = float(np.linalg.norm(self.translation))
        if not math.isfinite(length):
            return f"action's translation is {self.translation.tolist()}; expected finite numbers"
        if length > 1.0 + _LENGTH_SLACK:
            return f"action's translation has length {length:.3g}; expected at most 1 (a fraction of the step length)"
        if not self.image_age_s >= -_FUTURE_SLACK_S:
            return f"action's image is {-self.image_age_s:.2f} s in the future; are the machines' clocks in step?"
        return None


class DriverStatus:
    """The driver's status topics, as last heard; None before the first message.

    Args:
        needs: What the way of sending motions needs of the driver.

    Attributes:
        needs: The same.
        mode: `/mode`.
        is_homed: `/is_homed`.
        is_runstopped: `/is_runstopped`.
        is_streaming: `/is_streaming_position`.
        tool: `/tool`.
        heard_s: When the mode was last heard; always "just now" for a robot that has no mode.
        output_problem: Why motions cannot be sent, or came to nothing, as the bridge's output says; None if it can.
    """

    def __init__(self, needs: DriverNeeds = STREAMING_NEEDS) -> None:
        self.needs = needs
        self.mode: str | None = None
        self.is_homed: bool | None = None
        self.is_runstopped: bool | None = None
        self.is_streaming: bool | None = None
        self.tool: str | None = None
        self.heard_s = -math.inf if "mode" in needs.topics else math.inf
        self.output_problem: str | None = None

    def unheard(self) -> list[str]:
        """Return the topics that are needed and have not said anything yet."""
        heard = {
            "mode": self.mode,
            "is_homed": self.is_homed,
            "is_runstopped": self.is_runstopped,
            "is_streaming_position": self.is_streaming,
            "tool": self.tool,
        }
        return [topic for topic, value in heard.items() if value is None and topic in self.needs.topics]

    def problem(self) -> str | None:
        """Return why the robot must not, or would not, move, or None."""
        return self._driver_problem() or self.output_problem

    def would_move(self) -> bool:
        """Return whether the driver would take a command."""
        return self._driver_problem() is None

    def _driver_problem(self) -> str | None:
        unheard = self.unheard()
        if unheard:
            return f"nothing heard on {', '.join(unheard)}; is the Stretch driver running?"
        if "tool" in self.needs.topics and self.tool not in LAYOUTS:
            return f"the driver's tool is '{self.tool}'; expected one of {', '.join(LAYOUTS)}"
        # What is heard counts, needed or not: a runstop is a runstop.
        if self.is_runstopped:
            return "the robot is runstopped"
        if self.is_homed is False:
            return "the robot is not homed; home it with /home_the_robot"
        if self.needs.position_mode and self.mode != "position":
            return f"the driver is in {self.mode} mode; expected position mode"
        if self.needs.streaming and not self.is_streaming:
            return "the driver's streaming position is not activated"
        return None
