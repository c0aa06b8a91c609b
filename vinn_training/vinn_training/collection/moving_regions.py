"""Parts of the scene that move by themselves, such as a door while it swings: what no place at rest explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.epipolar import Array, MatchedPair
from vinn_training.collection.tracks import fit_static_points, link_tracks
from vinn_training.contracts import ImageArray

if TYPE_CHECKING:
    from vinn_training.collection.structure import Structure

# A sighting within the first of the place that most others agree on is at rest, one beyond the second moves; as parts
# of the longer side of the picture (3 and 5 pixels of 960).
_REST, _MOVE = 3.0 / 960.0, 5.0 / 960.0
# Width of the blur over which sightings are pooled, as a part of the longer side; regions are found on a coarse grid.
_POOL = 20.0 / 960.0
_GRID_PX = 120
# A region moves where this share of its sightings does, and holds at least so many of them.
_SHARE = 0.4
_MIN_SIGHTINGS = 6
# Patches along the longer side in which agreement with a pose is counted.
_PATCHES = 16
# Smallest part of a picture that counts as a moving region in a report: chance matches make patches of up to 3 %.
_MIN_AREA = 0.04


@dataclass(frozen=True)
class MovingRegions:
    """What moved by itself.

    Attributes:
        frames: (K,) int64, pictures in which something does.
        masks: (N, h, w) uint8, coarse: 0 where something moves by itself, 255 elsewhere; to be scaled to the pictures.
        area_fractions: (N,) float64, part of each picture that moves by itself.
    """

    frames: NDArray[np.int64]
    masks: NDArray[np.uint8]
    area_fractions: NDArray[np.float64]

    def describe(self) -> str:
        """Return one sentence for a report."""
        if len(self.frames) == 0:
            return "nothing large moves by itself"
        runs = np.split(self.frames, np.flatnonzero(np.diff(self.frames) > 1) + 1)
        spans = ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
        largest = float(self.area_fractions.max())
        return (
            f"something moves by itself in {len(self.frames)} of {len(self.masks)} pictures ({spans}), over up to "
            f"{largest:.0%} of a picture"
        )


class PoseSupport(NamedTuple):
    """What speaks for and against the pose of each picture.

    Attributes:
        sightings: (N,) int64, sightings of points at rest that agree with it.
        disputed: (N,) float64, part of the picture's patches, by area and not by sightings, in which most sightings
            disagree: a sign on a swinging door has many features and little area.
    """

    sightings: NDArray[np.int64]
    disputed: NDArray[np.float64]


def find_moving_regions(
    images: Sequence[ImageArray], structure: Structure, mask: NDArray[np.uint8] | None
) -> MovingRegions:
    """Find what moves by itself, given the camera's poses.

    Args:
        images: The N pictures that the poses are of.
        structure: Their poses.
        mask: (H, W) uint8, 0 where nothing is looked for (the grabber); None for nowhere.

    Returns:
        The regions, by picture.
    """
    found = locate_moving(
        structure.pairs,
        structure.rotations_camera_to_world,
        structure.centers,
        structure.camera,
    )
    masks = found.copy()
    if mask is not None:
        ignored = cv2.resize(mask, masks.shape[:0:-1], interpolation=cv2.INTER_NEAREST) == 0
        masks[:, ignored] = 255
    areas = (masks == 0).mean(axis=(1, 2))
    assert len(images) == len(masks), "poses are of these pictures"
    return MovingRegions(np.flatnonzero(areas >= _MIN_AREA), masks, areas)


def locate_moving(
    pairs: Sequence[MatchedPair], rotations: Array, centers: Array, camera: PinholeCamera
) -> NDArray[np.uint8]:
    """Return coarse masks of what moves by itself.

    Points are followed through all pictures. Each gets the place at rest that most of its sightings agree with, so a
    door's points are where the door was longest, and the sightings of the swinging door disagree. Where such sightings
    prevail in a patch of a picture, the patch moves.

    Args:
        pairs: Matches.
        rotations: (N, 3, 3) camera to world.
        centers: (N, 3) camera centres; NaN where a picture has no pose.
        camera: Of all pictures.

    Returns:
        (N, h, w) uint8, 0 where something moves.
    """
    longer = max(camera.width, camera.height)
    tracks = link_tracks(pairs)
    fit = fit_static_points(tracks, rotations, centers, camera, _REST * longer, seed=0)
    scale = _GRID_PX / longer
    shape = (max(1, round(camera.height * scale)), max(1, round(camera.width * scale)))
    masks = np.full((len(centers), *shape), 255, dtype=np.uint8)
    known = ~np.isnan(fit.error_px)
    moves = known & (fit.error_px > _MOVE * longer)
    cells = np.clip((tracks.pixel * scale).astype(int), 0, [shape[1] - 1, shape[0] - 1])
    for picture in range(len(centers)):
        rows = known & (tracks.picture == picture)
        masks[picture][_moving_cells(cells[rows], moves[rows], shape)] = 0
    return masks


def check_support(pairs: Sequence[MatchedPair], rotations: Array, centers: Array, camera: PinholeCamera) -> PoseSupport:
    """Count for each picture what agrees with its pose and what does not.

    Args:
        pairs: All matches, those on what moves by itself included.
        rotations: (N, 3, 3) camera to world.
        centers: (N, 3) camera centres; NaN where a picture has no pose.
        camera: Of all pictures.
    """
    longer = max(camera.width, camera.height)
    tracks = link_tracks(pairs)
    fit = fit_static_points(tracks, rotations, centers, camera, _REST * longer, seed=0)
    agrees, moves = fit.error_px < _REST * longer, fit.error_px > _MOVE * longer
    sightings = np.bincount(tracks.picture[agrees], minlength=len(centers)).astype(np.int64)
    patch = (tracks.pixel * (_PATCHES / longer)).astype(int)
    disputed = np.zeros(len(centers))
    for picture in range(len(centers)):
        balance: dict[tuple[int, int], int] = {}
        for row in np.flatnonzero((tracks.picture == picture) & (agrees | moves)):
            key = (int(patch[row, 0]), int(patch[row, 1]))
            balance[key] = balance.get(key, 0) + (1 if agrees[row] else -1)
        if balance:
            disputed[picture] = sum(value < 0 for value in balance.values()) / len(balance)
    return PoseSupport(sightings, disputed)


def _moving_cells(cells: NDArray[np.int64], moves: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where sightings that move prevail, (h, w) bool."""
    counts = np.zeros((2, *shape), dtype=np.float32)
    np.add.at(counts, (moves.astype(int), cells[:, 1], cells[:, 0]), 1.0)
    pool = _POOL * _GRID_PX
    at_rest, moving = (cv2.GaussianBlur(count, (0, 0), pool) for count in counts)
    prevails = (moving > _SHARE * (at_rest + moving)) & (moving > 0.3 / (2.0 * np.pi * pool**2))
    count, labels = cv2.connectedComponents(prevails.astype(np.uint8))
    sightings = np.bincount(labels[cells[moves, 1], cells[moves, 0]], minlength=count)
    keep = sightings >= _MIN_SIGHTINGS
    keep[0] = False
    return np.asarray(keep[labels])
