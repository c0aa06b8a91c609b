"""The scripted expert that pushes: slides the thing into the circle, knowing where both are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.expert_step import ExpertStep, at_rest, step_towards

#: Behind the thing: how much sooner sideways and vertical errors are taken away than the distance.
_ALIGN_FIRST = np.array([4.0, 1.0, 2.0])
#: Way between fingertips and thing before they touch it.
_CLEARANCE_M = 0.02
#: From this distance on the fingertips count as touching.
_TOUCHING_M = 0.006
#: With its centre less than this ahead, the circle is level with the thing.
_LEVEL_M = 0.005
# Noise along the vertical would press the fingertips into the table.
_APPROACHING = (1.0, 1.0, 0.4)
_PUSHING = (0.4, 0.4, 0.3)


@dataclass(frozen=True)
class PushConfig:
    """How the expert pushes.

    Attributes:
        step_m: Length of a step.
        aim_m: Largest sideways error with which it moves up to the thing.
        slipped_m: From this sideways error on it lets go of the thing and comes again from behind.
        inside_share: It ends with the thing's centre within this share of the circle's radius.
        level_share: Within this share it ends, too, when the circle's centre is no longer ahead.

    Raises:
        InvalidInput: If a number is not positive and finite, or a share is more than 1.
    """

    step_m: float = 0.025
    aim_m: float = 0.012
    slipped_m: float = 0.025
    inside_share: float = 0.35
    level_share: float = 0.70

    def __post_init__(self) -> None:
        for name in ("step_m", "aim_m", "slipped_m", "inside_share", "level_share"):
            value = getattr(self, name)
            if not math.isfinite(value) or value <= 0:
                raise InvalidInput(f"push expert: {name} is {value}; expected a positive number")
            if name.endswith("_share") and value > 1.0:
                raise InvalidInput(f"push expert: {name} is {value}; expected at most 1")


class PushGeometry(NamedTuple):
    """What the privileged expert reads. World axes: x along base_link x, -y along the arm, z up; metres.

    Attributes:
        grasp_m: (3,) float64, point between the fingertips.
        thing_m: (3,) float64, centre of the thing.
        circle_m: (3,) float64, centre of the circle.
        radius_m: Radius of the circle.
        contact_m: Distance along the arm from the point between the fingertips to the thing's centre when they touch.
        working_z_m: Height of the point between the fingertips for pushing.
    """

    grasp_m: NDArray[np.float64]
    thing_m: NDArray[np.float64]
    circle_m: NDArray[np.float64]
    radius_m: float
    contact_m: float
    working_z_m: float


class PushExpert:
    """Goes behind the thing and pushes it with both fingertips of the open gripper, straight to the circle.

    It has no memory: what it does depends on what can be seen.

    Args:
        config: Settings.
    """

    def __init__(self, config: PushConfig | None = None) -> None:
        self.config = config or PushConfig()

    def decide(self, geometry: PushGeometry) -> ExpertStep:
        """Return the next step. The gripper stays open."""
        to_circle = (geometry.circle_m - geometry.thing_m)[:2]
        distance_m = float(np.linalg.norm(to_circle))
        share = self.config.level_share if _is_level(geometry) else self.config.inside_share
        if distance_m <= share * geometry.radius_m:
            return at_rest(GripperState.OPEN, done=True)
        sideways_m = float(geometry.thing_m[0] - geometry.grasp_m[0])
        gap_m = float(geometry.grasp_m[1] - geometry.thing_m[1]) - geometry.contact_m
        rise_m = geometry.working_z_m - float(geometry.grasp_m[2])
        if abs(sideways_m) < self.config.slipped_m and gap_m < _TOUCHING_M and abs(rise_m) < self.config.aim_m:
            return self._step(self._push(to_circle, distance_m, sideways_m, rise_m), _PUSHING)
        aimed = abs(sideways_m) < self.config.aim_m and abs(rise_m) < self.config.aim_m
        clearance_m = 0.0 if aimed else _CLEARANCE_M
        error = np.array([sideways_m, clearance_m - gap_m, rise_m])
        return self._step(step_towards(error, self.config.step_m, _ALIGN_FIRST), _APPROACHING)

    def missed(self, geometry: PushGeometry) -> bool:
        """Return whether the thing was pushed past the circle: the fingertips cannot bring it back."""
        distance_m = float(np.linalg.norm((geometry.circle_m - geometry.thing_m)[:2]))
        return _is_level(geometry) and distance_m > self.config.level_share * geometry.radius_m

    def _push(
        self, to_circle_m: NDArray[np.float64], distance_m: float, sideways_m: float, rise_m: float
    ) -> NDArray[np.float64]:
        """Return the step that takes the thing along its line to the circle, and the gripper back behind it."""
        along = to_circle_m * (min(self.config.step_m, distance_m) / distance_m)
        step = np.array([along[0] + sideways_m, along[1], rise_m])
        return step * min(1.0, self.config.step_m / float(np.linalg.norm(step)))

    def _step(self, translation_m: NDArray[np.float64], disturbance: tuple[float, float, float]) -> ExpertStep:
        return ExpertStep(translation_m, GripperState.OPEN, False, disturbance, gripper_may_err=False)


def _is_level(geometry: PushGeometry) -> bool:
    """Return whether the circle's centre is not ahead of the thing's, along the arm."""
    return float(geometry.thing_m[1] - geometry.circle_m[1]) < _LEVEL_M
