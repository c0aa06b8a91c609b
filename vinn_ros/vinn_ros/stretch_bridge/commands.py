"""What the core decides, and what it needs of the kinematics to decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vinn_training.contracts import GripperState
from vinn_training.kinematics.controller_step import ControllerStep

#: The driver leaves the base's motion alone where its increment is zero; an increment of next to nothing ends it.
BASE_STANDS_M = 1e-6


@dataclass(frozen=True)
class Move:
    """One motion to send.

    Attributes:
        values: For the driver's vector, by joint name.
        step: How the controller came to it.
    """

    values: dict[str, float]
    step: ControllerStep


@dataclass(frozen=True)
class Stop:
    """Hold the robot where it is.

    Attributes:
        reason: Why.
        values: Measured positions for the driver's vector, or None where they are not known.
        announce_only: True if the robot was stopped before and only the reason is new: it must not be commanded,
            for somebody else may be moving it.
        step: The controller's refusal, where that is the reason.
    """

    reason: str
    values: dict[str, float] | None
    announce_only: bool
    step: ControllerStep | None = None


class Refusal(NamedTuple):
    """Why a motion may not be made.

    Attributes:
        reason: For people.
        step: The controller's answer, where it is the one that refuses.
    """

    reason: str
    step: ControllerStep | None = None


class PlannedMotion(Protocol):
    """What the core needs of JointMotion."""

    @property
    def goals(self) -> dict[str, float]: ...

    @property
    def is_sent(self) -> bool: ...

    def advance(
        self, duration_s: float, joint_positions: Mapping[str, float], base_position_m: float
    ) -> ControllerStep: ...


class Controller(Protocol):
    """What the core needs of CartesianController."""

    @property
    def rotation_camera_to_base(self) -> NDArray[np.float64]: ...

    def reset(
        self, joint_positions: Mapping[str, float], base_position_m: float, gripper_rad: float | None = None
    ) -> None: ...

    def hold(self, joint_positions: Mapping[str, float], base_position_m: float) -> None: ...

    def step(
        self,
        translation_camera_m: ArrayLike,
        gripper: GripperState,
        joint_positions: Mapping[str, float],
        base_position_m: float,
        since_last_s: float | None = None,
    ) -> ControllerStep: ...

    def plan_pose(
        self,
        targets: Mapping[str, float],
        joint_positions: Mapping[str, float],
        base_position_m: float,
        gripper_rad: float | None,
    ) -> PlannedMotion: ...
