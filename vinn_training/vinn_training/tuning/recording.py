"""One bag as tuning needs it: its frames, and what robot or demonstrator really did in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.replay.session import SessionOptions, read_session
from vinn_training.tuning.recorded_labels import FrameChoice, labels_of


@dataclass(frozen=True, eq=False)
class Recording:
    """The frames of a bag that can be tuned on, in time order.

    Attributes:
        name: Of the bag.
        path: Of the bag.
        stamps_ns: (T,) int64, stamps of the images.
        load_image: Returns frame t's image, (H, W, 3) uint8 RGB; raises InvalidDemonstration.
        recorded: What perception answered, (D,) float32 by stamp and encoder id.
        directions: (T, 3) float64 unit, or zero at rest, camera optical frame; None where the bag has no poses.
        lengths_m: (T,) float64 of each motion, or None.
        gripper: (T,) float32 openings; None where nothing but the policy's own word is recorded, or not even that.
        image_topic: Of the images.
        motion_problem: Why there are no directions, empty otherwise.
        gripper_problem: Why there are no openings, empty otherwise.
        are_steps: Whether the frames are those that the bridge answered with a motion.
        driven_by_policy: Whether the bridge moved the robot by the policy's actions.
        notes: What people should know of the bag.
    """

    name: str
    path: Path
    stamps_ns: NDArray[np.int64]
    load_image: Callable[[int], ImageArray]
    recorded: Mapping[tuple[int, str], FloatArray]
    directions: NDArray[np.float64] | None
    lengths_m: NDArray[np.float64] | None
    gripper: FloatArray | None
    image_topic: str
    motion_problem: str
    gripper_problem: str
    are_steps: bool
    driven_by_policy: bool
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.stamps_ns)


def read_recording(path: Path, options: SessionOptions, frames: FrameChoice = "auto") -> Recording:
    """Return a bag's frames with their labels; images are decoded when they are asked for.

    A bag without poses still tells what the gripper did.

    Args:
        path: One bag.
        options: Choices that the bag leaves.
        frames: "steps": those that the bridge answered with a motion, which is measured to the next of them; "all":
            every image, or those at the options' rate; "auto": steps where the bag has them and no rate is named.

    Raises:
        InvalidInput: If it is no bag.
        InvalidDemonstration: If it has no usable images, a topic must be chosen, or steps are asked for and it has
            none.
        MissingDependency: If a package for bags is not installed.
    """
    session = read_session(path, options)
    labels = labels_of(session, options, frames)
    return Recording(
        name=find_bags(path)[0].name,
        path=path,
        stamps_ns=labels.stamps_ns,
        load_image=labels.load_image,
        # Without stamps nobody can tell of which image an embedding is.
        recorded={
            (item.stamp_ns, item.encoder_id): item.embedding for item in session.embeddings if session.has_stamps
        },
        directions=labels.directions,
        lengths_m=labels.lengths_m,
        gripper=labels.gripper,
        image_topic=session.image_topic,
        motion_problem="" if labels.directions is not None else session.demonstration_problem,
        gripper_problem=labels.gripper_problem,
        are_steps=labels.are_steps,
        driven_by_policy=bool(session.actions) and any(not command.stopped for command in session.commands),
        notes=session.notes,
    )
