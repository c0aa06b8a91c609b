"""Labels of the steps between consecutive pictures: direction, rotation, length, and which cannot be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.structure import Structure
from vinn_training.contracts import FloatArray
from vinn_training.exceptions import CollectionError, InvalidInput


@dataclass(frozen=True)
class StepConfig:
    """What counts as rest, as a gap and as a jump.

    Attributes:
        rest_fraction: A step shorter than this part of the median moving step is at rest: its direction is noise. On
            simulated flights that slow down to a stop, directions were wrong by 11 degrees in the median (34 at the
            90th percentile) for steps of 0.10 to 0.15 medians, 5 (11) for 0.15 to 0.20, 0.3 (1.4) for those over 0.5;
            over all steps that are kept, the 90th percentile is 3 degrees with 0.2 and 6 with 0.1.
        rest_parallax_px: A step that shifts what is at the median depth by less than this, were it sideways, is at rest
            too: so little is within the noise of the features.
        min_support: A picture with fewer sightings of points at rest has no pose to be trusted.
        max_disputed: A picture has no pose to be trusted if in a larger part of its patches most sightings disagree.
        jump_factor: A step longer than so many medians of its neighbours and of the whole path is a jump of the poses.
        gap_factor: A step that takes longer than so many times the median step spans a gap.

    Raises:
        InvalidInput: If a value is out of its range.
    """

    rest_fraction: float = 0.2
    rest_parallax_px: float = 1.0
    min_support: int = 20
    max_disputed: float = 0.5
    jump_factor: float = 8.0
    gap_factor: float = 1.6

    def __post_init__(self) -> None:
        if not 0.0 <= self.rest_fraction < 1.0:
            raise InvalidInput(f"rest_fraction is {self.rest_fraction}; expected 0 up to 1")
        if not self.rest_parallax_px >= 0.0:
            raise InvalidInput(f"rest_parallax_px is {self.rest_parallax_px}; expected zero or more")
        for name in ("jump_factor", "gap_factor"):
            if not getattr(self, name) > 1.0:
                raise InvalidInput(f"{name} is {getattr(self, name)}; expected more than 1")


@dataclass(frozen=True)
class StepLabels:
    """Labels of T of the pictures. Each describes the step from its picture to the next one.

    Attributes:
        frames: (T,) int64, indices of the labelled pictures, rising.
        directions: (T, 3) float32, translation to the next picture in the optical frame of the first (x right, y down,
            z forward), unit length; zero at rest.
        rotations_rad: (T, 3) float32, rotation vector of the camera to the next picture, in the same frame.
        lengths: (T,) float32, length of the translation in the structure's arbitrary unit.
        at_rest: (T,) bool, steps too short to have a direction.
        dropped: Index and reason for each picture that has no label, the last one included.
    """

    frames: NDArray[np.int64]
    directions: FloatArray
    rotations_rad: FloatArray
    lengths: FloatArray
    at_rest: NDArray[np.bool_]
    dropped: tuple[tuple[int, str], ...]


def label_steps(structure: Structure, times_s: NDArray[np.float64], config: StepConfig) -> StepLabels:
    """Label the steps of a camera path.

    Args:
        structure: Poses of N pictures.
        times_s: (N,) float64, when each was taken, rising.
        config: Thresholds.

    Returns:
        The labels. Frames, signs and lengths do not depend on the structure's arbitrary world frame; whether a step is
        at rest does not depend on its unit either.

    Raises:
        InvalidInput: If there is not one time for each picture, or times do not rise.
        CollectionError: If no step can be labelled, or the camera stands still in all of them.
    """
    count = len(structure.registered)
    times = np.asarray(times_s, dtype=np.float64)
    if times.shape != (count,) or not np.isfinite(times).all() or (np.diff(times) <= 0.0).any():
        raise InvalidInput(f"times have shape {times.shape}; expected ({count},), finite and rising")
    rotations, centers = structure.rotations_camera_to_world, structure.centers
    dropped: dict[int, str] = {count - 1: "last picture: no next one to move to"}
    for index in np.flatnonzero(~structure.registered):
        dropped[int(index)] = "picture not registered"
        if index > 0:
            dropped.setdefault(int(index) - 1, "next picture not registered")
    for index, reason in _weak_poses(structure, config):
        dropped.setdefault(index, reason)
        if index > 0:
            dropped.setdefault(index - 1, f"next picture: {reason}")
    for index, factor in _gaps(times, config):
        dropped.setdefault(index, f"gap: the next picture comes after {factor:.1f} times the usual interval")
    steps = np.einsum("nji,nj->ni", rotations[:-1], np.diff(centers, axis=0))
    lengths = np.linalg.norm(steps, axis=1)
    usable = np.array([index not in dropped for index in range(count - 1)], dtype=bool)
    typical = _typical_length(lengths[usable])
    for index in _jumps(lengths, usable, typical, config):
        dropped[index] = f"jump: {lengths[index] / typical:.0f} times as long as the usual step"
        usable[index] = False
    frames = np.flatnonzero(usable)
    if len(frames) == 0:
        raise CollectionError(f"none of {count - 1} steps can be labelled: {_summary(dropped)}")
    parallax_px = structure.camera.fx * lengths[frames] / _median_depths(structure, frames)
    at_rest = (lengths[frames] < config.rest_fraction * typical) | (parallax_px < config.rest_parallax_px)
    if at_rest.all():
        raise CollectionError(f"the camera stands still in all of {len(frames)} steps that could be labelled")
    # A step without length has no direction to divide out; it is at rest.
    directions = np.where(at_rest[:, None], 0.0, steps[frames] / np.maximum(lengths[frames], 1e-300)[:, None])
    turns = np.einsum("nji,njk->nik", rotations[frames], rotations[frames + 1])
    vectors = np.array([cv2.Rodrigues(turn)[0].ravel() for turn in turns])
    return StepLabels(
        frames.astype(np.int64),
        directions.astype(np.float32),
        vectors.astype(np.float32),
        lengths[frames].astype(np.float32),
        at_rest,
        tuple(sorted(dropped.items())),
    )


def _weak_poses(structure: Structure, config: StepConfig) -> list[tuple[int, str]]:
    """Return pictures whose pose rests on too little, or on something that moves, with the reason."""
    found = []
    for index in np.flatnonzero(structure.registered):
        if structure.support[index] < config.min_support:
            found.append((int(index), f"weak pose: only {structure.support[index]} points at rest are seen"))
        elif structure.disputed[index] > config.max_disputed:
            share = f"{structure.disputed[index]:.0%} of the patches with something to see disagree"
            found.append((int(index), f"disputed pose: {share}, as when poses follow what moves by itself"))
    return found


def _gaps(times_s: NDArray[np.float64], config: StepConfig) -> list[tuple[int, float]]:
    """Return steps that take too long, with how many usual steps they last."""
    intervals = np.diff(times_s)
    if len(intervals) == 0:
        return []
    factors = intervals / np.median(intervals)
    return [(int(index), float(factors[index])) for index in np.flatnonzero(factors > config.gap_factor)]


def _median_depths(structure: Structure, frames: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the median distance along the optical axis of the points in view of each picture, (T,) float64."""
    camera = structure.camera
    limit = np.array([camera.width / camera.fx, camera.height / camera.fy]) / 2.0
    depths = np.full(len(frames), np.inf)
    for row, frame in enumerate(frames):
        seen = (structure.points - structure.centers[frame]) @ structure.rotations_camera_to_world[frame]
        in_view = (seen[:, 2] > 0.0) & (np.abs(seen[:, :2]) < limit * seen[:, 2:]).all(axis=1)
        if in_view.any():
            depths[row] = np.median(seen[in_view, 2])
    return depths


def _typical_length(lengths: NDArray[np.float64]) -> float:
    """Return the median length of the steps that move: a long rest must not pull the median down."""
    if len(lengths) == 0:
        return 0.0
    moving = lengths[lengths >= 0.1 * np.quantile(lengths, 0.9)]
    return float(np.median(moving))


def _jumps(lengths: NDArray[np.float64], usable: NDArray[np.bool_], typical: float, config: StepConfig) -> list[int]:
    """Return steps much longer than both the usual step and the steps next to them."""
    found = []
    for index in np.flatnonzero(usable):
        near = [lengths[i] for i in (index - 2, index - 1, index + 1, index + 2) if 0 <= i < len(usable) and usable[i]]
        usual = max(typical, float(np.median(near)) if near else typical)
        if lengths[index] > config.jump_factor * usual:
            found.append(int(index))
    return found


def _summary(dropped: dict[int, str]) -> str:
    reasons = sorted({reason.split(":")[0] for reason in dropped.values()})
    return "; ".join(f"{reason} ({sum(r.startswith(reason) for r in dropped.values())})" for reason in reasons)
