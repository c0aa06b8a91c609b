"""Frozen types that every other module speaks. No dependency but NumPy.

Conventions, valid everywhere inside the project:

* Images are RGB, uint8, (H, W, 3).
* Directions and translations are in the wrist camera's *optical* frame of REP 103:
  x right, y down, z forward (out of the lens). Data on disk in other axes is converted by its reader.
* Gripper values are an opening: 0.0 closed, 1.0 open. Labels on disk in another order are
  converted by their reader, with the order named in the data set's manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

FloatArray = NDArray[np.float32]
ImageArray = NDArray[np.uint8]

#: Frame id of the wrist camera's optical frame, in messages, bundles and the robot description.
WRIST_CAMERA_OPTICAL_FRAME = "wrist_camera_optical_frame"

#: A direction shorter than this is a frame at rest (no translation); its label is the zero vector.
REST_NORM = 1e-6


class GripperState(IntEnum):
    """Thresholded gripper command. The numbers equal the constants of vinn_msgs/GripperState."""

    UNKNOWN = 0
    OPEN = 1
    CLOSED = 2


@dataclass(frozen=True)
class Frame:
    """One observation with its label.

    Attributes:
        name: File name or key of the frame within its demonstration.
        image: (H, W, 3) uint8, RGB.
        direction: (3,) float32, unit translation to the next frame in the camera optical frame,
            or zeros for a frame at rest.
        gripper: Opening in [0, 1]; 1 is open.
    """

    name: str
    image: ImageArray
    direction: FloatArray
    gripper: float


@dataclass(frozen=True)
class Demonstration:
    """One episode: labels in memory, images read on demand.

    Attributes:
        name: Unique within its data set, for example the directory's name.
        frame_names: T names, in time order.
        directions: (T, 3) float32, unit length or zero (at rest), camera optical frame.
        gripper: (T,) float32, opening in [0, 1].
        load_image: Returns frame t's image, (H, W, 3) uint8 RGB; raises InvalidDemonstration
            with the file's name if it cannot be read.
        rotations_rad: (T, 3) float32, rotation of the camera to the next frame as a rotation vector in the camera
            optical frame, or None where it is not known.
        lengths: (T,) float32, length of each translation before it was made a unit vector, in the data set's
            `length_unit`, or None where it is not known.
        times_s: (T,) float64, when each image was taken, strictly rising, or None where it is not known.

    Raises:
        InvalidInput: If array lengths differ, the episode is empty, or a label is not finite, has a direction that is
            neither unit nor zero, a gripper value outside [0, 1], or times that do not rise.
    """

    name: str
    frame_names: tuple[str, ...]
    directions: FloatArray
    gripper: FloatArray
    load_image: Callable[[int], ImageArray]
    rotations_rad: FloatArray | None = None
    lengths: FloatArray | None = None
    times_s: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        directions = np.array(self.directions, dtype=np.float32)
        gripper = np.array(self.gripper, dtype=np.float32)
        count = len(self.frame_names)
        if count == 0:
            raise InvalidInput(f"demonstration '{self.name}' has no frames; expected at least one")
        if directions.shape != (count, 3):
            raise InvalidInput(
                f"demonstration '{self.name}': directions have shape {directions.shape}, expected ({count}, 3)"
            )
        if gripper.shape != (count,):
            raise InvalidInput(f"demonstration '{self.name}': gripper has shape {gripper.shape}, expected ({count},)")
        norms = np.linalg.norm(directions.astype(np.float64), axis=1)
        bad = ~np.isfinite(norms) | ((norms > REST_NORM) & (np.abs(norms - 1.0) > 1e-3))
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            raise InvalidInput(
                f"demonstration '{self.name}', frame '{self.frame_names[first]}': direction "
                f"{directions[first].tolist()} has length {norms[first]:.4g}; expected 1 (moving) or 0 (at rest)"
            )
        bad = ~((gripper >= 0.0) & (gripper <= 1.0))
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            raise InvalidInput(
                f"demonstration '{self.name}', frame '{self.frame_names[first]}': gripper opening "
                f"{gripper[first]} is outside [0, 1]"
            )
        self._freeze("directions", directions)
        self._freeze("gripper", gripper)
        self._check_optional("rotations_rad", np.float32, (count, 3))
        self._check_optional("lengths", np.float32, (count,))
        self._check_optional("times_s", np.float64, (count,))
        if self.lengths is not None and (self.lengths < 0.0).any():
            raise InvalidInput(f"demonstration '{self.name}': a length is negative; expected zero or more")
        if self.times_s is not None and not (np.diff(self.times_s) > 0.0).all():
            late = int(np.flatnonzero(np.diff(self.times_s) <= 0.0)[0])
            raise InvalidInput(
                f"demonstration '{self.name}': frame '{self.frame_names[late + 1]}' is not later than the one before; "
                "expected times that rise"
            )

    def _check_optional(self, name: str, kind: type, shape: tuple[int, ...]) -> None:
        value = getattr(self, name)
        if value is None:
            return
        array: NDArray[Any] = np.array(value, dtype=kind)
        if array.shape != shape or not np.isfinite(array).all():
            raise InvalidInput(
                f"demonstration '{self.name}': {name} has shape {array.shape}; expected {shape}, all finite"
            )
        self._freeze(name, array)

    def _freeze(self, name: str, array: NDArray[Any]) -> None:
        array.setflags(write=False)
        object.__setattr__(self, name, array)

    @classmethod
    def from_images(
        cls, name: str, images: Sequence[ImageArray], directions: NDArray[Any], gripper: NDArray[Any]
    ) -> Demonstration:
        """Return a demonstration whose images are in memory; frames are named by their number.

        Raises:
            InvalidInput: As the constructor.
        """
        frame_names = tuple(f"{index:06d}" for index in range(len(images)))
        return cls(name, frame_names, directions, gripper, images.__getitem__)

    def __len__(self) -> int:
        return len(self.frame_names)

    def frame(self, index: int) -> Frame:
        """Return frame `index` with its image.

        Raises:
            InvalidDemonstration: If the image cannot be read.
        """
        return Frame(
            name=self.frame_names[index],
            image=self.load_image(index),
            direction=self.directions[index],
            gripper=float(self.gripper[index]),
        )


@dataclass(frozen=True)
class Neighbor:
    """One retrieved bank row: the trace of an action.

    Attributes:
        demonstration: Name of the demonstration.
        frame: Index of the frame within it.
        distance: Euclidean distance of the embeddings.
        weight: Normalised weight in the regression, in [0, 1].
        row: Row in the bank.
    """

    demonstration: str
    frame: int
    distance: float
    weight: float
    row: int


@dataclass(frozen=True)
class Action:
    """What the policy says for one image.

    Attributes:
        direction: (3,) float32, a_hat, weighted mean of the neighbours' unit directions, of
            length at most 1, camera optical frame.
        gripper_opening: Regressed opening in [0, 1].
        neighbors: The k nearest, nearest first.
    """

    direction: FloatArray
    gripper_opening: float
    neighbors: tuple[Neighbor, ...]


@dataclass(frozen=True)
class JointTargets:
    """Targets for one motion of the Stretch, in the units of its driver.

    Attributes:
        lift_m: Absolute lift position (`joint_lift`).
        arm_m: Absolute total extension (`wrist_extension`).
        wrist_yaw_rad: Absolute.
        wrist_pitch_rad: Absolute.
        wrist_roll_rad: Absolute.
        gripper_rad: Absolute finger angle (`joint_gripper_finger_left`).
        base_translate_m: Increment along base_link x, forward positive.
    """

    lift_m: float
    arm_m: float
    wrist_yaw_rad: float
    wrist_pitch_rad: float
    wrist_roll_rad: float
    gripper_rad: float
    base_translate_m: float
