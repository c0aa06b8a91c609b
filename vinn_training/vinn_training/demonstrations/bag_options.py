"""Choices that bags leave and other formats do not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from vinn_training.exceptions import InvalidInput

PoseSource = Literal["auto", "topic", "tf", "joints", "odometry"]
GripperSource = Literal["auto", "command", "joint", "action", "none"]
Clock = Literal["header", "receive"]


@dataclass(frozen=True)
class BagOptions:
    """How camera poses and gripper openings are found in a bag.

    Attributes:
        poses: Where the camera's poses come from. "topic": messages of the camera's pose; "tf": the transforms up to
            the image's frame; "joints": joint states and odometry by forward kinematics; "odometry": of the camera's
            carrier alone. "auto" takes the first of these that the bag has.
        pose_topic: Topic of the camera's poses (PoseStamped, optical frame). Empty takes one whose name ends with
            "camera_pose".
        fixed_frame: Frame in which the camera's motion is measured, for tf. Empty takes odom, map or world, or else
            the root of the transforms, with odometry where that root is what odometry moves.
        description: Family and tool of the nominal robot description, for joints. Empty takes the description that was
            recorded in the bag, or else that of an RE1 with the dex wrist.
        urdf: The robot's own (calibrated) description; goes before `description`.
        camera_link: Link that carries the camera, for joints. Empty takes the gripper body of the robot's tool.
        camera_tilt_rad: Tilt of the camera towards the fingertips, or from the horizon down for odometry. None takes
            the paper's 20 degrees for joints, and 0 for odometry, whose camera looks along the carrier's x axis.
        camera_height_m: Height of the camera above the link, or above the carrier's origin.
        camera_along_m: Distance of the camera in front of it.
        gripper: Where the opening comes from. "command": what was sent to the robot; "joint": the measured finger;
            "action": what the policy said; "none": taken for open. "auto" takes the first of these that the bag has.
        gripper_open_rad: Finger angle of an open gripper.
        gripper_closed_rad: Finger angle of a closed one.
        max_gap_s: An image within a longer gap of the poses is left out.
        rest_m: A shorter motion counts as rest.
        clock: "header": the stamps that the senders gave; "receive": when the recorder received them, for machines
            whose clocks differ.

    Raises:
        InvalidInput: If a choice is unknown or a number cannot be used.
    """

    poses: PoseSource = "auto"
    pose_topic: str = ""
    fixed_frame: str = ""
    description: str = ""
    urdf: Path | None = None
    camera_link: str = ""
    camera_tilt_rad: float | None = None
    camera_height_m: float = 0.11
    camera_along_m: float = 0.05
    gripper: GripperSource = "auto"
    gripper_open_rad: float = 0.05
    gripper_closed_rad: float = -0.2
    max_gap_s: float = 0.2
    rest_m: float = 0.001
    clock: Clock = "header"

    def __post_init__(self) -> None:
        for name, choices in (("poses", PoseSource), ("gripper", GripperSource), ("clock", Clock)):
            if getattr(self, name) not in get_args(choices):
                raise InvalidInput(
                    f"{name} is {getattr(self, name)!r}; expected one of: {', '.join(get_args(choices))}"
                )
        for name in ("max_gap_s", "rest_m"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise InvalidInput(f"{name} is {value}; expected zero or more")
        for name in ("camera_tilt_rad", "camera_height_m", "camera_along_m"):
            if not math.isfinite(getattr(self, name) or 0.0):
                raise InvalidInput(f"{name} is {getattr(self, name)}; expected a finite number")
        angles = self.gripper_open_rad, self.gripper_closed_rad
        if not all(map(math.isfinite, angles)) or angles[0] == angles[1]:
            raise InvalidInput(
                f"gripper_open_rad is {angles[0]} and gripper_closed_rad {angles[1]}; expected two different angles"
            )
