"""One video in, one demonstration out: decode, linearise, choose frames, find poses, label steps and gripper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.frame_choice import MOTION_RATE_HZ, RateConfig, RateFilter, choose_rate, motion_speeds
from vinn_training.collection.lens import Lens, Linearizer
from vinn_training.collection.quality import DroppedStep, QualityRecord
from vinn_training.collection.stages import Stages
from vinn_training.collection.video import VideoInfo, frames, probe
from vinn_training.contracts import Demonstration, FloatArray, ImageArray
from vinn_training.exceptions import CollectionError, InvalidInput

if TYPE_CHECKING:
    from vinn_training.collection.structure import Structure

#: Openings of the gripper in N pictures in time order: (N,) float32 in [0, 1], NaN where not known.
Labeller = Callable[[Sequence[ImageArray]], FloatArray]

#: Structure from motion needs a third picture to tell the lengths of two steps.
_FEWEST_FRAMES = 3
_ASPECT_TOLERANCE = 0.02


@dataclass(frozen=True)
class CollectConfig:
    """How videos become demonstrations.

    Attributes:
        rate_hz: Frames a second to take; 0 chooses by the measured motion of each video.
        size: Longer side of the stored pictures, pixels. 640 leaves 360 rows of a 16:9 video: enough to crop and
            augment an encoder's input of 224, at a ninth of full HD's storage. Smaller videos are not enlarged.
        working_size: Longer side of the pictures in which poses are found, pixels. Larger ones cost time, and add
            mostly noise of the sensor.
        most_frames: More frames than this are refused: a demonstration is one short episode, and all its pictures
            are held in memory (1.6 MB each).
        find_grabber: Find what stands still in the picture (the grabber) and ignore it, where no mask is given.
        motion: How a rate is chosen.

    Raises:
        InvalidInput: If a number is out of range.
    """

    rate_hz: float = 0.0
    size: int = 640
    working_size: int = 960
    most_frames: int = 1000
    find_grabber: bool = True
    motion: RateConfig = field(default_factory=RateConfig)

    def __post_init__(self) -> None:
        if not 0.0 <= self.rate_hz <= 240.0:
            raise InvalidInput(f"rate is {self.rate_hz} Hz; expected 0 (by motion) to 240 frames a second")
        for name in ("size", "working_size"):
            if not 64 <= getattr(self, name) <= 4096:
                raise InvalidInput(f"{name} is {getattr(self, name)}; expected 64 to 4096 pixels")
        if self.most_frames < _FEWEST_FRAMES:
            raise InvalidInput(f"most_frames is {self.most_frames}; expected at least {_FEWEST_FRAMES}")


@dataclass(frozen=True)
class Pictures:
    """The chosen frames of a video.

    Attributes:
        images: N linear pictures, (H, W, 3) uint8 RGB.
        times_s: (N,) float64, since the first frame of the video.
        camera: Of the pictures, or None where it is to be found.
    """

    images: tuple[ImageArray, ...]
    times_s: NDArray[np.float64]
    camera: PinholeCamera | None


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
    mask: NDArray[np.uint8] | None
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
    mask: NDArray[np.uint8] | None = None
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
        pictures = self._read(path, quality, tell)
        tell("grabber")
        mask = self._mask(pictures.images, quality)
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
        openings = self._openings(path, pictures, quality)
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

    def _read(self, path: Path, quality: QualityRecord, tell: Callable[[str], None]) -> Pictures:
        """Return the chosen frames, linear and at the working size."""
        tell("motion")
        info = probe(path)
        quality.video_info = _describe(info)
        if info.variable_rate:
            quality.notes.append("the video's frame rate varies; frames were chosen by their time stamps")
        rate_hz = self._rate(info, quality)
        tell("decoding")
        reader = frames(path, RateFilter(rate_hz))
        images: list[ImageArray] = []
        times_s: list[float] = []
        linearizer: Linearizer | None = None
        for frame in reader:
            if len(images) == self.config.most_frames:
                raise CollectionError(
                    f"more than {self.config.most_frames} frames at {rate_hz:.3g} Hz ({info.duration_s:.0f} s of "
                    "video); expected one short episode: cut the video, or take frames at a lower rate"
                )
            image = shrink(frame.image, self.config.working_size)
            if self.lens is not None:
                if linearizer is None:
                    linearizer = Linearizer(self.lens.scaled(image.shape[1], image.shape[0]))
                image = linearizer.apply(image)
            images.append(image)
            times_s.append(frame.time_s)
        quality.video_faults = list(reader.faults)
        quality.frames = len(images)
        quality.picture_size = (images[0].shape[1], images[0].shape[0])
        quality.lens = "" if self.lens is None else self.lens.source
        if len(images) < _FEWEST_FRAMES:
            raise CollectionError(
                f"{len(images)} frames in {info.duration_s:.2f} s of video at {rate_hz:.3g} Hz; expected at least "
                f"{_FEWEST_FRAMES} frames of a moving camera" + "".join(f"; video {fault}" for fault in reader.faults)
            )
        known = linearizer is not None and not self.lens_is_nominal
        return Pictures(tuple(images), np.array(times_s), linearizer.camera if linearizer and known else None)

    def _rate(self, info: VideoInfo, quality: QualityRecord) -> float:
        if self.config.rate_hz > 0.0:
            rate_hz, quality.rate_reason = self.config.rate_hz, "as given"
            if info.rate_hz and rate_hz > info.rate_hz * 1.01:
                quality.notes.append(f"{rate_hz:.3g} Hz were asked for, but the video has {info.rate_hz:.3g} Hz")
        else:
            speeds = motion_speeds(frames(info.path, RateFilter(MOTION_RATE_HZ)))
            rate_hz, quality.rate_reason = choose_rate(speeds, info.rate_hz, self.config.motion)
        quality.rate_hz = rate_hz
        return rate_hz

    def _mask(self, images: Sequence[ImageArray], quality: QualityRecord) -> NDArray[np.uint8] | None:
        height, width = images[0].shape[:2]
        mask: NDArray[np.uint8] | None = None
        if self.mask is not None:
            rows, columns = self.mask.shape
            if abs(columns / rows * height / width - 1.0) > _ASPECT_TOLERANCE:
                raise InvalidInput(
                    f"the mask is {columns}x{rows}, but the pictures are {width}x{height}; "
                    "expected the same aspect ratio"
                )
            mask = np.asarray(cv2.resize(self.mask, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
        elif self.config.find_grabber:
            mask = self.stages.find_grabber(images)
        source = "given" if self.mask is not None else "found" if mask is not None else "none"
        ignored = 0.0 if mask is None else float((mask == 0).mean())
        quality.grabber_mask = {"source": source, "part_of_picture": ignored}
        if source == "none" and self.config.find_grabber:
            quality.notes.append("no grabber was found standing still in the picture; give a mask if there is one")
        return mask

    def _openings(self, path: Path, pictures: Pictures, quality: QualityRecord) -> FloatArray:
        """Return the openings of the chosen frames, those not known taken from the nearest in time."""
        count = len(pictures.images)
        if self.labeller is None:
            quality.gripper = {"source": "none", "unknown_frames": count}
            quality.notes.append("gripper openings are not labelled: all are 1 (open); a policy cannot learn to grasp")
            return np.ones(count, np.float32)
        images, times_s = pictures.images, pictures.times_s
        if self.labeller_rate_hz > (quality.rate_hz or 0.0):
            images, times_s = self._more_pictures(path)
        try:
            openings = np.array(self.labeller(images), dtype=np.float32)
        except CollectionError as error:
            raise CollectionError(
                f"the gripper could not be labelled: {error}. Label it with a network (--gripper FOLDER), or keep it "
                "as open (--gripper none)"
            ) from error
        if openings.shape != (len(images),):
            raise CollectionError(f"gripper labels have shape {openings.shape}; expected ({len(images)},)")
        known = np.flatnonzero(np.isfinite(openings))
        quality.gripper = {"source": _name(self.labeller), "unknown_frames": count}
        if not len(known):
            quality.notes.append("the gripper's opening was found in no frame: all are 1 (open)")
            return np.ones(count, np.float32)
        away_s = np.abs(pictures.times_s[:, None] - times_s[known])
        same_s = np.abs(pictures.times_s[:, None] - times_s).min(axis=1)
        quality.gripper["unknown_frames"] = int((away_s.min(axis=1) > same_s + 1e-6).sum())
        return np.clip(openings[known[away_s.argmin(axis=1)]], 0.0, 1.0)

    def _more_pictures(self, path: Path) -> tuple[tuple[ImageArray, ...], NDArray[np.float64]]:
        """Return pictures of the stored size at the labeller's rate, as the lens shows them, and their times."""
        reader = frames(path, RateFilter(self.labeller_rate_hz))
        found = [(shrink(frame.image, self.config.size), frame.time_s) for frame in reader]
        return tuple(image for image, _ in found), np.array([time_s for _, time_s in found])


def shrink(image: ImageArray, longer_side: int) -> ImageArray:
    """Return a picture whose longer side is at most so many pixels."""
    height, width = image.shape[:2]
    scale = longer_side / max(height, width)
    if scale >= 1.0:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _describe(info: VideoInfo) -> dict[str, object]:
    values = asdict(info)
    del values["path"]
    return values


def _name(labeller: Labeller) -> str:
    return getattr(labeller, "__name__", type(labeller).__name__)
