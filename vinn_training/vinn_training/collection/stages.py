"""The parts of a collection that can be replaced: by other methods, or in tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.contracts import ImageArray

if TYPE_CHECKING:
    from vinn_training.collection.step_labels import StepLabels
    from vinn_training.collection.structure import Structure, StructureConfig

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Stages:
    """Functions, in the order in which they are called.

    Attributes:
        find_grabber: Pictures to a mask (H, W) uint8, 0 where something stands still in all of them; None if nothing
            does.
        reconstruct: Pictures, their camera (None: to be found) and a mask to poses.
        describe_moving_regions: Pictures, poses and mask to what moved by itself, as plain JSON types.
        label_steps: Poses and times in seconds to labels.
    """

    find_grabber: Callable[[Sequence[ImageArray]], Mask | None]
    reconstruct: Callable[[Sequence[ImageArray], PinholeCamera | None, Mask | None], Structure]
    describe_moving_regions: Callable[[Sequence[ImageArray], Structure, Mask | None], Any]
    label_steps: Callable[[Structure, NDArray[np.float64]], StepLabels]


def default_stages(structure: StructureConfig) -> Stages:
    """Return the stages of this package.

    Args:
        structure: How poses are found.
    """
    from vinn_training.collection.grabber_mask import find_grabber
    from vinn_training.collection.moving_regions import find_moving_regions
    from vinn_training.collection.step_labels import StepConfig, label_steps
    from vinn_training.collection.structure import reconstruct

    return Stages(
        find_grabber=find_grabber,
        reconstruct=lambda images, camera, mask: reconstruct(images, camera, mask, structure),
        describe_moving_regions=lambda images, poses, mask: find_moving_regions(images, poses, mask).describe(),
        label_steps=lambda poses, times_s: label_steps(poses, times_s, StepConfig()),
    )
