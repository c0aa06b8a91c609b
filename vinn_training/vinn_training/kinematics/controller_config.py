"""Settings of the Cartesian controller."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from pathlib import Path

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.camera_mount import CameraMount
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox

#: Range of the finger joints in the description of the dex wrist.
_FINGER_RANGE_RAD = (-0.6, 0.6)


@dataclass(frozen=True)
class CartesianControllerConfig:
    """How a translation of the wrist camera becomes joint targets.

    Attributes:
        description: Family and tool in `hello-robot-stretch-urdf`; not used where `urdf_path` is given.
        urdf_path: The robot's own (calibrated) description, or None.
        camera_mount: Where the wrist camera sits.
        gripper_open_rad: Finger angle for an open gripper.
        gripper_closed_rad: Finger angle for a closed one; below the angle where the tips meet, so that it grips.
        max_step_m: A longer translation is shortened to this.
        max_lead_m: How far the commanded position may run ahead of the measured one (a blocked gripper must not
            wind up); a single longer step is allowed.
        max_slide_step_m: Largest motion of base, lift and arm in one step.
        max_wrist_step_rad: Largest motion of a wrist joint in one step.
        tolerance_m: The inverse kinematics must come this near, or name the limit that prevents it.
        limit_tolerance: A joint measured this far out of its range (metres or radians) still counts as at its end.
        joint_limits: (name, lower, upper) for ranges narrower than the description's, in metres or radians.
        workspace: Where the gripper may be sent.

    Raises:
        InvalidInput: If a number is not finite, not positive where it must be, or out of range.
    """

    description: str = DEFAULT_DESCRIPTION
    urdf_path: str | None = None
    camera_mount: CameraMount = field(default_factory=CameraMount.tilted_down)
    gripper_open_rad: float = 0.05
    gripper_closed_rad: float = -0.2
    max_step_m: float = 0.08
    max_lead_m: float = 0.05
    max_slide_step_m: float = 0.15
    max_wrist_step_rad: float = 0.35
    tolerance_m: float = 1e-3
    limit_tolerance: float = 0.05
    joint_limits: tuple[tuple[str, float, float], ...] = ()
    workspace: WorkspaceBox = field(default_factory=WorkspaceBox)

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not isinstance(value, int | float):
                continue
            if not math.isfinite(value):
                raise InvalidInput(f"controller setting {entry.name} is {value}; expected a finite number")
            if entry.name.startswith(("max_", "tolerance", "limit_")) and value <= 0.0:
                raise InvalidInput(f"controller setting {entry.name} is {value}; expected a positive number")
        low, high = _FINGER_RANGE_RAD
        if not low <= self.gripper_closed_rad < self.gripper_open_rad <= high:
            raise InvalidInput(
                f"gripper_closed_rad is {self.gripper_closed_rad} and gripper_open_rad {self.gripper_open_rad}; "
                f"expected closed below open, both within [{low}, {high}] rad"
            )

    def description_file(self) -> Path:
        """Return the URDF to load.

        Raises:
            KinematicsError: If the named description does not exist.
            MissingDependency: If the package with the descriptions is not installed.
        """
        return Path(self.urdf_path) if self.urdf_path else description_path(self.description)
