"""One video in, one demonstration out: decode, linearise, choose frames, find poses, label steps and gripper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.chosen_pictures import Pictures, read_pictures, shrink
from vinn_training.collection.collect_config import CollectConfig
from vinn_training.collection.gripper_openings import Labeller, gripper_openings
from vinn_training.collection.lens import Lens
from vinn_training.collection.picture_mask import picture_mask
from vinn_training.collection.quality import DroppedStep, QualityRecord
from vinn_training.collection.stages import Mask, Stages
from vinn_training.contracts import Demonstration, FloatArray
from vinn_training.exceptions import CollectionError

if TYPE_CHECKING:
    from vinn_training.collection.structure import Structure


@dataclass(frozen=True)
class Collected:
    """A demonstration and what its report is drawn from.

    Attributes:
        demonstration: The result; its images are those at `labels.frames`, at the stored size.
        pictures: All chosen frames.
        mask: (H, W) uint8, 0 where the grabber is; or None.
        structure: Poses of the chosen frames.
        frames: (T,) numbers of the labelled frames among the chosen.
        openings: (N,) float32, of all chosen frames.
    """

    demonstration: Demonstration
    pictures: Pictures
    mask: Mask | None
    structure: Structure
    frames: NDArray[np.intp]
    openings: FloatArray


@dataclass(frozen=True)
class Collector:
    """Makes demonstrations from videos that one camera took in one mode.

    Attributes:
        config: How.
        stages: The parts that find masks, poses and labels.
        labeller: Openings of the gripper; None takes it as always open, and the report says so.
        lens: Of the camera, for pictures of the videos' aspect ratio; None where they are linear already.
        lens_is_nominal: Whether the lens is only a starting point: then the focal length is found anew.
        mask: (H, W) uint8, 0 where the linear pictures are to be ignored; None finds the grabber.
        labeller_rate_hz: Frames a second that the labeller is shown; 0 shows it the chosen frames. What follows the
            gripper by its motion needs more of them.
    """

    config: CollectConfig
    stages: Stages
    labeller: Labeller | None = None
    lens: Lens | None = None
    lens_is_nominal: bool = False
    mask: Mask | None = None
    labeller_rate_hz: float = 0.0

    def collect(
        self, path: Path, name: str, quality: QualityRecord, report: Callable[[str], None] | None = None
    ) -> Collected:
        """Return the demonstration of one video.

        Args:
            path: The video.
            name: Of the demonstration.
            quality: Filled with what is found, also where this raises.
            report: Called with what is being done.

        Raises:
            InvalidDemonstration: If the video cannot be read.
            CollectionError: If no trustworthy demonstration can be made of it; the message says why.
            InvalidInput: If lens or mask do not fit the video.
        """
        tell = report or (lambda text: None)
        pictures = read_pictures(path, self.config, self.lens, self.lens_is_nominal, quality, tell)
        tell("grabber")
        find_grabber = self.stages.find_grabber if self.config.find_grabber else None
        mask = picture_mask(pictures.images, self.mask, find_grabber, quality)
        tell(f"poses of {len(pictures.images)} frames")
        structure = self.stages.reconstruct(pictures.images, pictures.camera, mask)
        quality.registered = int(structure.registered.sum())
        quality.reprojection_error_px = float(structure.reprojection_error_px)
        quality.focal_px = float(structure.camera.fx)
        quality.notes.extend(structure.notes)
        tell("moving parts")
        quality.moving_regions = self.stages.describe_moving_regions(pictures.images, structure, mask)
        labels = self.stages.label_steps(structure, pictures.times_s)
        quality.dropped = [
            DroppedStep(int(frame), float(pictures.times_s[frame]), reason) for frame, reason in labels.dropped
        ]
        tell("gripper")
        openings = gripper_openings(self.labeller, pictures, path, self.labeller_rate_hz, self.config.size, quality)
        kept = np.asarray(labels.frames, dtype=np.intp)
        quality.labelled = len(kept)
        quality.at_rest = [int(frame) for frame in kept[np.asarray(labels.at_rest)]]
        if len(kept) == 0 or len(kept) == len(quality.at_rest):
            raise CollectionError(
                f"{len(kept)} of {len(pictures.images)} frames got a label, and none of them moves; "
                "expected a camera that moves: see the dropped frames in the report"
            )
        demonstration = Demonstration(
            name=name,
            frame_names=tuple(f"{frame:06d}" for frame in kept),
            directions=labels.directions,
            gripper=openings[kept],
            load_image=lambda index: shrink(pictures.images[kept[index]], self.config.size),
            rotations_rad=labels.rotations_rad,
            lengths=labels.lengths,
            times_s=pictures.times_s[kept],
        )
        return Collected(demonstration, pictures, mask, structure, kept, openings)
