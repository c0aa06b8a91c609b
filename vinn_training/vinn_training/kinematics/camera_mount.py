"""Where the wrist camera sits. The one place for this fact: simulation and controller both read it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

#: Link of the dex wrist's gripper body, in the descriptions of `hello-robot-stretch-urdf`. Its axes with the
#: wrist at zero: x is the robot's forward, y up, z along the fingers (away from the robot, -y of base_link).
GRIPPER_LINK = "link_straight_gripper"

#: Tilt of the camera towards the fingertips (VINN, appendix C: 20 degrees, 0.349 rad).
PAPER_TILT_RAD = math.radians(20.0)

# Columns: an untilted camera's right, down and forward in the axes of GRIPPER_LINK. Seen along the fingers
# (+z) with y up, right is forward x up = z x y = -x.
_UNTILTED_OPTICAL_TO_GRIPPER = np.array([[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, eq=False)
class CameraMount:
    """Pose of the camera's optical frame (x right, y down, z forward) on a link of the robot.

    Attributes:
        parent_link: Link of the robot description that carries the camera.
        position_m: (3,) float64, origin of the optical frame in `parent_link`.
        rotation_optical_to_parent: (3, 3) float64; its columns are the camera's right, down and forward axes
            in `parent_link`.

    Raises:
        InvalidInput: If the link has no name, the position is not three finite numbers or the matrix is not a
            rotation.
    """

    parent_link: str
    position_m: NDArray[np.float64]
    rotation_optical_to_parent: NDArray[np.float64]

    def __post_init__(self) -> None:
        position = np.array(self.position_m, dtype=np.float64)
        rotation = np.array(self.rotation_optical_to_parent, dtype=np.float64)
        if not self.parent_link:
            raise InvalidInput("camera mount: parent_link is empty; expected a link of the robot description")
        if position.shape != (3,) or not np.isfinite(position).all():
            raise InvalidInput(f"camera mount: position_m is {position.tolist()}; expected three finite metres")
        if (
            rotation.shape != (3, 3)
            or not np.isfinite(rotation).all()
            or not np.allclose(rotation.T @ rotation, np.eye(3), atol=1e-6)
            or np.linalg.det(rotation) < 0.0
        ):
            raise InvalidInput(
                f"camera mount: rotation_optical_to_parent is {rotation.tolist()}; expected a 3x3 rotation matrix"
            )
        position.setflags(write=False)
        rotation.setflags(write=False)
        object.__setattr__(self, "position_m", position)
        object.__setattr__(self, "rotation_optical_to_parent", rotation)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, CameraMount)
            and self.parent_link == other.parent_link
            and np.array_equal(self.position_m, other.position_m)
            and np.array_equal(self.rotation_optical_to_parent, other.rotation_optical_to_parent)
        )

    def __hash__(self) -> int:
        return hash((self.parent_link, self.position_m.tobytes(), self.rotation_optical_to_parent.tobytes()))

    @classmethod
    def measured(cls, parent_link: str, position_m: Sequence[float], quaternion_xyzw: Sequence[float]) -> CameraMount:
        """Return a mount that was measured, for example by hand-eye calibration.

        Args:
            parent_link: Link of the robot description that carries the camera.
            position_m: Three metres, origin of the optical frame in `parent_link`.
            quaternion_xyzw: Four numbers, rotation from the optical frame (x right, y down, z forward) to
                `parent_link`, as tf2 writes it for the optical frame as a child of the link.

        Raises:
            InvalidInput: If the link has no name, the position is not three finite numbers or the quaternion is not
                four numbers of length 1 (to a hundredth, for those that were rounded).
        """
        quaternion = np.array(quaternion_xyzw, dtype=np.float64)
        length = float(np.linalg.norm(quaternion)) if quaternion.shape == (4,) else math.nan
        if not abs(length - 1.0) <= 0.01:
            raise InvalidInput(
                f"camera mount: quaternion is {quaternion.tolist()}; expected x, y, z, w of length 1, as "
                "`tf2_echo LINK OPTICAL_FRAME` prints them"
            )
        x, y, z, w = quaternion / length
        rotation = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
        return cls(parent_link, np.array(position_m, dtype=np.float64), np.array(rotation))

    @classmethod
    def tilted_down(
        cls,
        tilt_rad: float = PAPER_TILT_RAD,
        height_m: float = 0.11,
        along_fingers_m: float = 0.05,
        parent_link: str = GRIPPER_LINK,
    ) -> CameraMount:
        """Return the paper's kind of mount: above the gripper, looking along the fingers, tilted down.

        Args:
            tilt_rad: Rotation about the camera's right axis; positive looks down, towards the fingertips.
            height_m: Distance above the gripper body, with the wrist at zero.
            along_fingers_m: Distance in front of the gripper body's origin, along the fingers.
            parent_link: Gripper body; its axes must be those of GRIPPER_LINK (`link_gripper_s3_body` has them too;
                for other tools see `tool_mount.mount_on`).

        Raises:
            InvalidInput: If a number is not finite or the tilt is 90 degrees or more.
        """
        return cls(
            parent_link=parent_link,
            position_m=np.array([0.0, height_m, along_fingers_m]),
            rotation_optical_to_parent=_UNTILTED_OPTICAL_TO_GRIPPER @ tilt_rotation(tilt_rad),
        )


def tilt_rotation(tilt_rad: float) -> NDArray[np.float64]:
    """Return the rotation from a tilted camera's optical frame to an untilted one's, (3, 3) float64.

    Args:
        tilt_rad: Rotation about the camera's right axis; positive looks down.

    Raises:
        InvalidInput: If the tilt is not finite or 90 degrees or more.
    """
    if not math.isfinite(tilt_rad) or abs(tilt_rad) >= math.pi / 2:
        raise InvalidInput(f"camera mount: tilt is {tilt_rad} rad; expected less than 90 degrees (1.57 rad)")
    cos, sin = math.cos(tilt_rad), math.sin(tilt_rad)
    # In optical axes: forward gains a part of down, down loses a part of forward.
    return np.array([[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]])
