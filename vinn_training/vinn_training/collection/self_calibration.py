"""The focal length of a video without calibration: a profile over fixed focal lengths, not a free parameter.

A mapper whose focal length is free can register every picture with one that is wrong many times over, and its own
reprojection error does not tell. Here the pictures are mapped with each of several focal lengths held fixed, and each
model is scored by how many of all verified matches its poses explain. The best one is taken if the score falls on both
sides of it. If the score does not, the motion in the video does not determine the focal length (as with
straight motion without rotation), and no focal length is given out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vinn_training.collection.camera import PinholeCamera
from vinn_training.exceptions import CollectionError

#: Tried at first, as parts of the longer side of the picture: fields of view from 138 down to 28 degrees.
FOCAL_RATIOS = tuple(0.19 * 1.3**step for step in range(10))
#: Smallest fall of the score, as a part of the best, that counts as a fall. Mapping the same matches again with another
#: seed changes the score by up to 0.01 with six pictures and much less with more.
MIN_FALL = 0.02
# Halvings of the distance between trials around the best one.
_REFINEMENTS = 2
# How far from the best, in steps of the first trials, the score must have fallen.
_REACH = 2


@dataclass(frozen=True)
class FocalProfile:
    """Scores of fixed focal lengths.

    Attributes:
        focal_px: Focal lengths tried, rising.
        scores: Part of the verified matches that the model found with each explains, 0 to 1.
        best_px: The focal length where the score is highest.
        best_score: The score there.
    """

    focal_px: tuple[float, ...]
    scores: tuple[float, ...]
    best_px: float
    best_score: float

    def fall(self, side: int) -> float:
        """Return by what part the score falls towards shorter (-1) or longer (+1) focal lengths; 0 at the edge."""
        reach = FOCAL_RATIOS[1] / FOCAL_RATIOS[0]
        limit = math.log(reach) * (_REACH - 0.5)
        beyond = [
            score
            for focal, score in zip(self.focal_px, self.scores, strict=True)
            if side * math.log(focal / self.best_px) >= limit
        ]
        return 1.0 - max(beyond) / self.best_score if beyond else 0.0

    def describe(self) -> str:
        """Return the profile as one line of text."""
        rows = zip(self.focal_px, self.scores, strict=True)
        return ", ".join(f"{focal:.0f} px: {score:.3f}" for focal, score in rows)


def find_focal_length(size_px: tuple[int, int], score: Callable[[PinholeCamera], float]) -> FocalProfile:
    """Find the focal length of pictures whose principal point is their centre.

    Args:
        size_px: Width and height of the pictures.
        score: Maps the pictures with a camera held fixed and returns how well the poses explain the matches, 0 to 1.

    Returns:
        The profile; its best focal length is interpolated between the trials.

    Raises:
        CollectionError: If no trial gives a model, or the score does not fall on both sides of its best.
    """
    longer = max(size_px)
    scores: dict[float, float] = {}

    def attempt(log_focal: float) -> None:
        if log_focal not in scores:
            scores[log_focal] = score(centered_camera(size_px, math.exp(log_focal)))

    for ratio in FOCAL_RATIOS:
        attempt(math.log(ratio * longer))
    if max(scores.values()) <= 0.0:
        raise CollectionError(
            "no camera path was found with any focal length; film with more texture in view and less motion blur, or "
            "take frames at a higher rate"
        )
    step = math.log(FOCAL_RATIOS[1] / FOCAL_RATIOS[0])
    for _ in range(_REFINEMENTS):
        step /= 2.0
        best = max(scores, key=scores.__getitem__)
        attempt(best - step)
        attempt(best + step)
    profile = _profile(scores, step)
    _check(profile, longer)
    return profile


def centered_camera(size_px: tuple[int, int], focal_px: float) -> PinholeCamera:
    """Return a camera with square pixels whose principal point is the picture's centre."""
    width, height = size_px
    return PinholeCamera(width, height, focal_px, focal_px, (width - 1) / 2.0, (height - 1) / 2.0)


def _profile(scores: dict[float, float], step: float) -> FocalProfile:
    """Put the best at the vertex of the parabola through the trials within two fine steps of the highest."""
    logs = np.array(sorted(scores))
    values = np.array([scores[value] for value in logs])
    top = float(logs[values.argmax()])
    best = top
    near = np.abs(logs - top) <= 2.1 * step
    if near.sum() >= 3:
        a, b, _ = np.polyfit(logs[near] - top, values[near], 2)
        if a < 0.0:
            best = top + float(np.clip(-b / (2.0 * a), -step, step))
    return FocalProfile(
        tuple(float(math.exp(value)) for value in logs), tuple(map(float, values)), math.exp(best), float(values.max())
    )


def _check(profile: FocalProfile, longer_px: int) -> None:
    for side, word in ((-1, "shorter"), (1, "longer")):
        fall = profile.fall(side)
        if fall < MIN_FALL:
            raise CollectionError(
                f"the focal length cannot be found from this video: {word} ones explain the matches "
                f"as well as the best, {profile.best_px:.0f} px ({profile.best_px / longer_px:.2f} of the longer side; "
                f"scores: {profile.describe()}). Calibrate the camera with `vinn calibrate` and give the result, or "
                "film with more turning of the camera"
            )
