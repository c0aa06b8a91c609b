"""Settings of the Cartesian controller."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from vinn_training.exceptions import InvalidInput, VinnError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import CameraMount
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, RobotDescription, description_path
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox
from vinn_training.kinematics.robot_model import GRASP_LINK

#: Range of the finger joints in the description of the dex wrist.
FINGER_RANGE_RAD = (-0.6, 0.6)

#: Near those of a Stretch under its driver, metres or radians a second.
_SPEEDS = (
    (joints.BASE, 0.2),
    (joints.LIFT, 0.15),
    (joints.EXTENSION, 0.2),
    (joints.WRIST_YAW, 2.0),
    (joints.WRIST_PITCH, 2.0),
    (joints.WRIST_ROLL, 2.0),
)

#: Settings that a controller may take over between two steps, at no cost; for others a new one is made.
LIVE_SETTINGS = frozenset(
    {
        *("gripper_open_rad", "gripper_closed_rad", "max_step_m", "max_lead_m", "max_slide_step_m"),
        *("max_wrist_step_rad", "step_time_s", "joint_speeds", "tolerance_m", "limit_tolerance", "joint_limits"),
        "workspace",
    }
)


@dataclass(frozen=True)
class CartesianControllerConfig:
    """How a translation of the wrist camera becomes joint targets.

    Attributes:
        description: Family and tool in `hello-robot-stretch-urdf`; not used where `urdf_xml` or `urdf_path` is given.
        urdf_path: The robot's own (calibrated) description, or None; not used where `urdf_xml` is given.
        urdf_xml: The same as it is published on `/robot_description`, or None.
        mesh_folder: Where the meshes of the robot's own description are, or None for beside `urdf_path`. Those that
            are not found there are taken from the package's `description`, which must be the same model.
        camera_mount: Where the wrist camera sits.
        grasp_link: Link at the point between the fingertips, which the workspace box keeps.
        gripper_open_rad: Finger angle for an open gripper.
        gripper_closed_rad: Finger angle for a closed one; below the angle where the tips meet, so that it grips.
        max_step_m: A longer translation is shortened to this.
        max_lead_m: How far the commanded position may run ahead of the measured one (a blocked gripper must not
            wind up); a single longer step is allowed.
        max_slide_step_m: Largest motion of base, lift and arm in one step.
        max_wrist_step_rad: Largest motion of a wrist joint in one step.
        step_time_s: Time that one step may take: no joint is sent farther than its largest speed brings it meanwhile.
        joint_speeds: (name, speed) in metres or radians a second, for joints whose largest speed is not the default's.
        tolerance_m: The inverse kinematics must come this near, or name the limit that prevents it.
        limit_tolerance: A joint measured this far out of its range (metres or radians) still counts as at its end.
        joint_limits: (name, lower, upper) for ranges narrower than the description's, in metres or radians.
        workspace: Where the gripper may be sent.
        self_collision: Whether motions keep parts of the robot, and the floor, apart.
        collision_margin_m: How far.
        camera_radius_m: Radius of a sphere about the camera's optical centre that covers the camera, which no
            description knows; 0 for none.

    Raises:
        InvalidInput: If a number is not finite, not positive where it must be, or out of range.
    """

    description: str = DEFAULT_DESCRIPTION
    urdf_path: str | None = None
    urdf_xml: str | None = None
    mesh_folder: str | None = None
    camera_mount: CameraMount = field(default_factory=CameraMount.tilted_down)
    grasp_link: str = GRASP_LINK
    gripper_open_rad: float = 0.05
    gripper_closed_rad: float = -0.2
    max_step_m: float = 0.08
    max_lead_m: float = 0.05
    max_slide_step_m: float = 0.15
    max_wrist_step_rad: float = 0.35
    step_time_s: float = 1.0
    joint_speeds: tuple[tuple[str, float], ...] = ()
    tolerance_m: float = 1e-3
    limit_tolerance: float = 0.05
    joint_limits: tuple[tuple[str, float, float], ...] = ()
    workspace: WorkspaceBox = field(default_factory=WorkspaceBox)
    self_collision: bool = True
    collision_margin_m: float = 0.01
    camera_radius_m: float = 0.03

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if not math.isfinite(value):
                raise InvalidInput(f"controller setting {entry.name} is {value}; expected a finite number")
            if entry.name.startswith(("max_", "tolerance", "limit_", "step_", "collision_")) and value <= 0.0:
                raise InvalidInput(f"controller setting {entry.name} is {value}; expected a positive number")
        if self.camera_radius_m < 0.0:
            raise InvalidInput(f"controller setting camera_radius_m is {self.camera_radius_m}; expected 0 or more")
        low, high = FINGER_RANGE_RAD
        if not low <= self.gripper_closed_rad < self.gripper_open_rad <= high:
            raise InvalidInput(
                f"gripper_closed_rad is {self.gripper_closed_rad} and gripper_open_rad {self.gripper_open_rad}; "
                f"expected closed below open, both within [{low}, {high}] rad"
            )

    def robot_description(self) -> RobotDescription:
        """Return the description to use.

        Raises:
            KinematicsError: If the named description does not exist or the file cannot be read.
            MissingDependency: If the package with the descriptions is needed and not installed.
        """
        folder = Path(self.mesh_folder) if self.mesh_folder else None
        if not (self.urdf_xml or self.urdf_path):
            return RobotDescription.from_file(description_path(self.description), folder)
        own = (
            RobotDescription.from_xml(self.urdf_xml)
            if self.urdf_xml
            else RobotDescription.from_file(Path(str(self.urdf_path)))
        )
        folders = (*((folder,) if folder else ()), *own.mesh_folders)
        try:
            nominal = description_path(self.description).parent
        except VinnError:  # a robot's own description needs no package
            return replace(own, mesh_folders=folders)
        return replace(own, mesh_folders=(*folders, nominal, nominal / "meshes"))

    def differences(self, other: CartesianControllerConfig) -> frozenset[str]:
        """Return the names of the settings whose values are not the same."""
        return frozenset(e.name for e in fields(self) if getattr(self, e.name) != getattr(other, e.name))

    def speeds(self) -> dict[str, float]:
        """Return the largest speed of each joint, metres or radians a second.

        Raises:
            InvalidInput: If `joint_speeds` names a joint that does not move the camera.
        """
        known = dict(_SPEEDS)
        for name, speed in self.joint_speeds:
            if name not in known:
                raise InvalidInput(f"joint_speeds name '{name}'; expected one of {', '.join(known)}")
            known[name] = speed
        return known
