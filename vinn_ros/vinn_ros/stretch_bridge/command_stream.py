"""Absolute targets that follow one another quickly, as commands of the driver."""

from __future__ import annotations

import math

from vinn_ros.stretch_bridge.commands import BASE_STANDS_M, Move, Refusal
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_step import ControllerStep
from vinn_training.kinematics.driver_vector import command_values

#: A command that comes late is one for this long at the most: a pause of the machine is no leap of the robot.
_LONGEST_S = 0.1

#: A command may come this part of its period after the one before; it is one for the time that really passed.
_SLACK = 0.8

#: The command for a new picture may come a whole period early, which the next ones make up for, but not sooner than
#: this part of a period after the one before. With periods longer than the other, the driver wants its spacing.
_SPACING = 0.25
_LONGEST_EARLY_S = 0.1

#: The base closes its distance to the aim with this time constant, which bears odometry that is 0.1 s late.
_BASE_CATCH_UP_S = 0.25

#: A base that has not moved for this long is pushed, where it is farther from its aim than this.
_PUSH_S = 0.3
_PUSHED_FROM_M = 0.005
#: A push may be answered for this long: a driver on a busy computer takes half a second to begin.
_ANSWER_S = 0.5


class CommandStream:
    """Says when the next command is due and makes it.

    The driver takes the base's way as an increment from where the base is, and a new command supersedes what is left
    of the one before. So the base is aimed at a position along its way as odometry measures it, and each command
    carries how far the aim has moved, and a part of how far the base is behind it: what was superseded is made up
    for. A part, because odometry is late: of all that it has not shown yet, most is on its way.

    Args:
        watch: What is measured.
    """

    def __init__(self, watch: InputWatch) -> None:
        self._watch = watch
        self._sent_s = self._due_s = -math.inf
        self._period_s = 0.0
        self._goals: dict[str, float] = {}
        self._aim_m = 0.0
        self._begin_s = -math.inf
        self._pushed_s = -math.inf

    @property
    def goals(self) -> dict[str, float]:
        """What the last command aims at: absolute positions by joint name, the base's included."""
        return self._goals

    def is_pushing(self, now_s: float) -> bool:
        """Return whether the base is short of its aim and is to be pushed, or was and may still answer."""
        watch = self._watch
        if abs(self._aim_m - watch.base_m) <= _PUSHED_FROM_M:
            return False
        return self._pushed_s < watch.base.moved_s or now_s - self._pushed_s < _ANSWER_S

    def start(self, now_s: float) -> None:
        """Begin a stream; its first command is due at once."""
        self._sent_s = self._due_s = -math.inf
        self._goals = {}
        self._begin_s, self._pushed_s = now_s, -math.inf
        self._aim_m = self._watch.base_m

    def due_s(self, period_s: float, now_s: float, is_answer: bool = False) -> float | None:
        """Return the time that the next command is for, or None while it is not due.

        Args:
            period_s: Between two commands, on average.
            now_s: Now.
            is_answer: Whether it is the first for a new picture, which is not to wait for the clock.
        """
        self._period_s = period_s
        if self._sent_s == -math.inf:
            return period_s
        since_s = now_s - self._sent_s
        # Some slack: a clock that ticks with the period must not miss every other tick.
        is_early = is_answer and period_s <= _LONGEST_EARLY_S
        early_s = period_s if is_early else (1.0 - _SLACK) * period_s
        is_due = self._due_s - now_s <= early_s and since_s >= _SPACING * period_s
        return min(since_s, max(period_s, _LONGEST_S)) if is_due else None

    def command(self, step: ControllerStep, duration_s: float, now_s: float) -> Move | Refusal:
        """Return a controller's answer for `duration_s` as a command, or why it must not be sent."""
        watch = self._watch
        if not step.success or step.targets is None:
            return Refusal(step.reason, step)
        aim_m = watch.base_m + step.targets.base_translate_m
        increment_m = self._base_increment_m(aim_m, duration_s, now_s)
        unanswered = watch.base.stream_problem(increment_m, now_s)
        if unanswered is not None:
            return Refusal(unanswered)
        watch.base.streamed(increment_m, now_s)
        head = (watch.joints.get(joints.HEAD_PAN, 0.0), watch.joints.get(joints.HEAD_TILT, 0.0))
        values = command_values(step.targets, *head)
        values[joints.BASE] = increment_m
        is_early = self._due_s - now_s > (1.0 - _SLACK) * self._period_s
        self._due_s = (self._due_s if is_early else now_s) + self._period_s
        self._sent_s, self._aim_m, self._goals = now_s, aim_m, {**values, joints.BASE: aim_m}
        return Move(values, step)

    def _base_increment_m(self, aim_m: float, duration_s: float, now_s: float) -> float:
        """Return what the base is sent, metres: next to nothing to end its motion, 0 to leave it alone."""
        behind_m = aim_m - self._watch.base_m
        is_quiet = now_s - max(self._watch.base.moved_s, self._begin_s) > _PUSH_S
        if is_quiet and abs(behind_m) > _PUSHED_FROM_M:
            # Little increments do not move what is heavy or held: it gets the whole way, and time to answer.
            if now_s - self._pushed_s < _PUSH_S:
                return 0.0
            self._pushed_s = now_s
            return behind_m
        increment_m = aim_m - self._aim_m
        if not is_quiet:
            increment_m += (self._aim_m - self._watch.base_m) * min(1.0, duration_s / _BASE_CATCH_UP_S)
        return increment_m if abs(increment_m) >= BASE_STANDS_M else BASE_STANDS_M
