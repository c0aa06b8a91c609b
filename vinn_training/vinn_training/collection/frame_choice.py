"""Which frames of a video to keep: at a given rate, or at one that suits the measured motion."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.video import VideoFrame
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

#: Motion is measured at this rate, on pictures this wide: enough to follow points, little to compute.
MOTION_RATE_HZ = 10.0
_MOTION_SIDE_PX = 320
_POINTS = 200
_FEWEST_POINTS = 12
#: Of unrelated pictures, some points come back by chance; this part of them does not.
_FEWEST_FOLLOWED = 0.3
#: Points may come back this far from where they started, pixels of the small picture; others are lost.
_RETURN_PX = 1.0
#: Slower than this, in parts of the picture's longer side a second, the camera rests.
_REST_SPEED = 0.01


@dataclass(frozen=True)
class RateConfig:
    """How the rate follows from the motion.

    Attributes:
        step: Median motion of picture points between kept frames, in parts of the longer side. Less gives structure
            from motion little parallax and the policy many frames alike; much more breaks the tracks of points.
        min_hz: Lowest rate.
        max_hz: Highest rate.

    Raises:
        InvalidInput: If a number is not positive, or the bounds are in the wrong order.
    """

    step: float = 0.025
    min_hz: float = 1.0
    max_hz: float = 10.0

    def __post_init__(self) -> None:
        if not (0.0 < self.step < 1.0 and 0.0 < self.min_hz <= self.max_hz):
            raise InvalidInput(
                f"rate choice has step {self.step} and bounds {self.min_hz} to {self.max_hz} Hz; expected a step "
                "between 0 and 1 and positive, ordered bounds"
            )


class RateFilter:
    """Says of each frame whether it is to be kept, by its time stamp.

    Kept is the first frame at or after each tick of the rate, so that frames of a variable rate are spread evenly,
    and a gap in the video does not shift those after it.

    Args:
        rate_hz: Frames a second to keep.

    Raises:
        InvalidInput: If the rate is not positive.
    """

    def __init__(self, rate_hz: float) -> None:
        if not (math.isfinite(rate_hz) and rate_hz > 0.0):
            raise InvalidInput(f"rate is {rate_hz} Hz; expected a positive number")
        self.rate_hz = rate_hz
        self._next_tick = 0

    def __call__(self, time_s: float) -> bool:
        """Return whether to keep the frame at `time_s`; to be asked in time order, from the first frame (0) on."""
        # Time stamps are rounded, to a millisecond in some formats.
        tick = math.floor((time_s + 1e-3) * self.rate_hz)
        if tick < self._next_tick:
            return False
        self._next_tick = tick + 1
        return True


def motion_speeds(frames: Iterable[VideoFrame]) -> NDArray[np.float64]:
    """Return how fast picture points move between successive frames.

    Args:
        frames: In time order, about MOTION_RATE_HZ of them a second.

    Returns:
        (N - 1,) float64, median speed in parts of the longer side a second; NaN where too few points could be
        followed.
    """
    speeds: list[float] = []
    previous: tuple[float, ImageArray] | None = None
    for frame in frames:
        grey = _small_grey(frame.image)
        if previous is not None:
            shift_px = _median_shift(previous[1], grey)
            speeds.append(shift_px / max(grey.shape) / (frame.time_s - previous[0]))
        previous = (frame.time_s, grey)
    return np.array(speeds)


def choose_rate(speeds: NDArray[np.float64], video_rate_hz: float, config: RateConfig) -> tuple[float, str]:
    """Return the rate to keep frames at, and why, for the report.

    Args:
        speeds: From `motion_speeds`.
        video_rate_hz: Rate of the video, which cannot be exceeded.
        config: Wanted motion between frames, and bounds.

    Returns:
        Rate in hertz, and one sentence.
    """
    highest = min(config.max_hz, video_rate_hz) if video_rate_hz > 0.0 else config.max_hz
    lowest = min(config.min_hz, highest)
    known = speeds[np.isfinite(speeds)]
    moving = known[known > _REST_SPEED]
    if not len(moving):
        what = "no motion was seen" if len(known) else "no points could be followed"
        rate_hz = _whole_stride(min(max(3.0, lowest), highest), video_rate_hz, highest)
        return rate_hz, f"{what}, so frames are taken at {rate_hz:.3g} Hz"
    # Faster than in half of the time: the hasty parts must still be connected.
    speed = float(np.percentile(moving, 75))
    rate_hz = _whole_stride(float(np.clip(speed / config.step, lowest, highest)), video_rate_hz, highest)
    return rate_hz, (
        f"picture points move by {100 * speed:.0f} % of the picture a second (upper quartile while moving), "
        f"so frames are taken at {rate_hz:.3g} Hz"
    )


def _whole_stride(rate_hz: float, video_rate_hz: float, highest_hz: float) -> float:
    """Return the rate nearest to one wished for that takes every n-th frame, so that all steps last equally long."""
    if video_rate_hz <= 0.0:
        return rate_hz
    stride = max(1, round(video_rate_hz / rate_hz))
    if video_rate_hz / stride > highest_hz:
        stride += 1
    return video_rate_hz / stride


def _small_grey(image: ImageArray) -> ImageArray:
    scale = _MOTION_SIDE_PX / max(image.shape[:2])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if scale < 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, dtype=np.uint8)


def _median_shift(before: ImageArray, after: ImageArray) -> float:
    """Return the median motion of points, pixels, or NaN where too few can be followed there and back."""
    points = cv2.goodFeaturesToTrack(before, _POINTS, 0.01, 8)
    if points is None or len(points) < _FEWEST_POINTS:
        return math.nan
    forward, found = _follow(before, after, np.asarray(points, np.float32))
    back, returned = _follow(after, before, forward)
    wrong_px = np.linalg.norm((back - points).reshape(-1, 2), axis=1)
    good = found & returned & (wrong_px < _RETURN_PX)
    if good.sum() < max(_FEWEST_POINTS, _FEWEST_FOLLOWED * len(points)):
        return math.nan
    return float(np.median(np.linalg.norm((forward - points).reshape(-1, 2), axis=1)[good]))


def _follow(
    before: ImageArray, after: ImageArray, points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return where points (N, 1, 2) of one grey picture are in another, and whether they were found."""
    calculate: Any = cv2.calcOpticalFlowPyrLK  # its types do not allow for "no first guess"
    moved, found, _ = calculate(before, after, points, None, winSize=(15, 15), maxLevel=4)
    return moved, found.ravel() == 1
