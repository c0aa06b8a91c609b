"""From a video to the chosen frames: linear pictures at the working size, with their times and camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.collect_config import FEWEST_FRAMES, CollectConfig
from vinn_training.collection.frame_choice import MOTION_RATE_HZ, RateFilter, choose_rate, motion_speeds
from vinn_training.collection.lens import Lens, Linearizer
from vinn_training.collection.quality import QualityRecord
from vinn_training.collection.video import VideoInfo, frames, probe
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import CollectionError


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


def read_pictures(
    path: Path,
    config: CollectConfig,
    lens: Lens | None,
    lens_is_nominal: bool,
    quality: QualityRecord,
    tell: Callable[[str], None],
) -> Pictures:
    """Return the chosen frames of a video.

    Args:
        path: The video.
        config: Rate, working size and the most frames.
        lens: Of the camera, for pictures of the video's aspect ratio; None where they are linear already.
        lens_is_nominal: Whether the camera of the linear pictures is to be found anew.
        quality: Filled with what is found.
        tell: Called with what is being done.

    Raises:
        InvalidDemonstration: If the video cannot be read.
        CollectionError: If it has too many frames, or too few.
        InvalidInput: If the lens does not fit the video.
    """
    tell("motion")
    info = probe(path)
    quality.video_info = _describe(info)
    if info.variable_rate:
        quality.notes.append("the video's frame rate varies; frames were chosen by their time stamps")
    rate_hz = _rate(info, config, quality)
    tell("decoding")
    reader = frames(path, RateFilter(rate_hz))
    images: list[ImageArray] = []
    times_s: list[float] = []
    linearizer: Linearizer | None = None
    for frame in reader:
        if len(images) == config.most_frames:
            raise CollectionError(
                f"more than {config.most_frames} frames at {rate_hz:.3g} Hz ({info.duration_s:.0f} s of "
                "video); expected one short episode: cut the video, or take frames at a lower rate"
            )
        image = shrink(frame.image, config.working_size)
        if lens is not None:
            if linearizer is None:
                linearizer = Linearizer(lens.scaled(image.shape[1], image.shape[0]))
            image = linearizer.apply(image)
        images.append(image)
        times_s.append(frame.time_s)
    quality.video_faults = list(reader.faults)
    quality.frames = len(images)
    quality.picture_size = (images[0].shape[1], images[0].shape[0])
    quality.lens = "" if lens is None else lens.source
    if len(images) < FEWEST_FRAMES:
        raise CollectionError(
            f"{len(images)} frames in {info.duration_s:.2f} s of video at {rate_hz:.3g} Hz; expected at least "
            f"{FEWEST_FRAMES} frames of a moving camera" + "".join(f"; video {fault}" for fault in reader.faults)
        )
    known = linearizer is not None and not lens_is_nominal
    return Pictures(tuple(images), np.array(times_s), linearizer.camera if linearizer and known else None)


def small_pictures(path: Path, rate_hz: float, longer_side: int) -> tuple[tuple[ImageArray, ...], NDArray[np.float64]]:
    """Return a video's pictures at a rate, as the lens shows them, and their times (N,) in seconds.

    Args:
        path: The video.
        rate_hz: Frames a second.
        longer_side: Of the pictures at most, pixels.

    Raises:
        InvalidDemonstration: If the video cannot be read.
    """
    found = [(shrink(frame.image, longer_side), frame.time_s) for frame in frames(path, RateFilter(rate_hz))]
    return tuple(image for image, _ in found), np.array([time_s for _, time_s in found])


def shrink(image: ImageArray, longer_side: int) -> ImageArray:
    """Return a picture whose longer side is at most so many pixels."""
    height, width = image.shape[:2]
    scale = longer_side / max(height, width)
    if scale >= 1.0:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _rate(info: VideoInfo, config: CollectConfig, quality: QualityRecord) -> float:
    if config.rate_hz > 0.0:
        rate_hz, quality.rate_reason = config.rate_hz, "as given"
        if info.rate_hz and rate_hz > info.rate_hz * 1.01:
            quality.notes.append(f"{rate_hz:.3g} Hz were asked for, but the video has {info.rate_hz:.3g} Hz")
    else:
        speeds = motion_speeds(frames(info.path, RateFilter(MOTION_RATE_HZ)))
        rate_hz, quality.rate_reason = choose_rate(speeds, info.rate_hz, config.motion)
    quality.rate_hz = rate_hz
    return rate_hz


def _describe(info: VideoInfo) -> dict[str, object]:
    values = asdict(info)
    del values["path"]
    return values
