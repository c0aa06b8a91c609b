"""Prints an episode's progress for a person at a terminal."""

from __future__ import annotations

import math

from vinn_msgs.action import RunEpisode
from vinn_ros.conversions import gripper_from_message

_NAMES = {
    RunEpisode.Feedback.GOING_TO_START_POSE: "going to the start pose",
    RunEpisode.Feedback.RUNNING: "running",
    RunEpisode.Feedback.HELD: "held",
    RunEpisode.Feedback.PAUSED: "paused",
}


class Printer:
    """Prints what is new in the bridge's reports, a line for each step and each change."""

    def __init__(self) -> None:
        self._shown: tuple[object, ...] = ()
        self._step = 0

    def show(self, feedback: RunEpisode.Feedback) -> None:
        """Print a report if there is something new in it."""
        name = _NAMES.get(feedback.state, f"state {feedback.state}")
        if (feedback.state, feedback.reason) != self._shown:
            self._shown = (feedback.state, feedback.reason)
            print(f"{name}: {feedback.reason}" if feedback.reason else name, flush=True)
        if feedback.step != self._step:
            self._step = feedback.step
            print(f"step {feedback.step}: gripper {_gripper(feedback)}{_neighbour(feedback)}", flush=True)


def _gripper(feedback: RunEpisode.Feedback) -> str:
    return gripper_from_message(feedback.gripper).name.lower()


def _neighbour(feedback: RunEpisode.Feedback) -> str:
    if math.isnan(feedback.distance):
        return ""
    return f", nearest demonstration frame at {feedback.distance:.3g} (quantile {feedback.distance_quantile:.2f})"
