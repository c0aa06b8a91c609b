"""One prediction, one motion, over when the joints say so."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vinn_ros.stretch_bridge.commands import Controller, Move, Refusal
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.motion import MotionMonitor
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import command_values


class StepMotion:
    """Begins motions of one step and notices their end.

    Args:
        controller: From camera translations to joint targets.
        watch: What is measured.
    """

    def __init__(self, controller: Controller, watch: InputWatch) -> None:
        self._controller = controller
        self._watch = watch
        self._monitor: MotionMonitor | None = None

    def begin(self, action: ActionInput, config: BridgeConfig, now_s: float) -> Move | Refusal:
        """Return the motion for an action, or why there is none."""
        watch = self._watch
        translation_m = np.asarray(action.translation, dtype=np.float64) * config.step_length_m
        step = self._controller.step(translation_m, action.gripper, watch.joints, watch.base_m)
        if not step.success or step.targets is None:
            return Refusal(step.reason, step)
        unanswered = watch.base.problem(step.targets.base_translate_m)
        if unanswered is not None:
            return Refusal(unanswered)
        watch.base.sent(step.targets.base_translate_m)
        head = (watch.joints.get(joints.HEAD_PAN, 0.0), watch.joints.get(joints.HEAD_TILT, 0.0))
        values = command_values(step.targets, *head)
        self.wait_for({**values, joints.BASE: watch.base_m + step.targets.base_translate_m}, config, now_s)
        return Move(values, step)

    def wait_for(self, goals: Mapping[str, float], config: BridgeConfig, now_s: float) -> None:
        """Wait for the end of a motion that was sent, to absolute `goals` by joint name."""
        self._monitor = MotionMonitor(goals, now_s, config.tolerances)

    def cancel(self) -> None:
        """Wait for nothing any more."""
        self._monitor = None

    def end(self) -> str | None:
        """Return how the motion ended and what is missing, once; None while it goes on or where there is none."""
        if self._monitor is None:
            return None
        measured = self._watch.measured()
        end = self._monitor.end(measured, self._watch.rest.moved_s, self._watch.joints_s)
        if end is None:
            return None
        short = self._monitor.shortfall(measured)
        self._monitor = None
        return f"{end}: {short}" if short else end
