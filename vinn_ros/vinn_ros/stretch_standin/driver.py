"""The stand-in's driver: that of the simulated Stretch, which takes single joints too."""

from __future__ import annotations

from collections.abc import Mapping

from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE
from vinn_training.sim.driver import Outcome, StretchDriver


class StandinDriver(StretchDriver):
    """A StretchDriver behind an action server or a topic for trajectories; joints that are not named go on."""

    def joint_goals(self, values: Mapping[str, float], in_position_mode: bool) -> Outcome:
        """Take targets by the driver's joint names, absolute; the base's is an increment from where it is.

        Args:
            values: Metres and radians.
            in_position_mode: Whether they are refused in other modes.
        """
        refusal = self._why_no_motion()
        if refusal is None and in_position_mode and self.mode != "position":
            refusal = f"goals of one point need position mode; the mode is {self.mode}"
        if refusal is None and values.get(BASE_ROTATE):
            refusal = "the base of this stand-in slides and cannot rotate"
        if refusal is not None:
            return Outcome(False, f"goal refused: {refusal}")
        goals = {name: value for name, value in values.items() if name != BASE_ROTATE}
        if joints.BASE in goals:
            goals[joints.BASE] += self.base_position_m()
        shortened = self._set_goals(goals)
        return Outcome(True, f"moving; shortened to range: {', '.join(shortened)}" if shortened else "moving")
