"""Structure from motion of one demonstration: from linear pictures to camera poses that can be trusted, or a reason."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.epipolar import MatchedPair
from vinn_training.collection.mapping import MAPPERS, Mapper, Model
from vinn_training.collection.matching import Matches, match_pictures, write_pictures
from vinn_training.collection.moving_regions import check_support
from vinn_training.collection.self_calibration import FocalProfile, centered_camera
from vinn_training.collection.structure_search import Candidate, Search
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import CollectionError, InvalidInput

_MIN_PICTURES = 3
# Up to so many pictures all are matched to all: the cost grows with the square.
_FEW_PICTURES = 40
# With fewer features than this in half of the pictures nothing can be matched reliably.
_MIN_FEATURES = 60
# Poses that explain less than this part of what free two-view geometries explain are not worth a label.
_MIN_EXPLAINED = 0.5
# How far the last adjustment may move the focal length from the profile's best.
_FOCAL_ADJUSTMENT = 0.10


@dataclass(frozen=True)
class StructureConfig:
    """How poses are found.

    Attributes:
        mapper: Mapper asked first; the other one is asked where its result does not explain the matches.
        matching: Match each picture to the next ones ("sequential"), to all ("exhaustive"), or to all in videos of up
            to 40 pictures ("auto"): a hand that goes to a door and back sees the same things again, which ties the
            path together while the door swings.
        overlap: How many next pictures each one is matched to, if not to all.
        max_features: Most features of one picture.
        self_calibration_pictures: Most consecutive pictures that the focal length is found from, if it is not given.
        without_moving: Whether poses are found a second time without the parts of the pictures that the first ones
            show to move by themselves.
        min_registered_fraction: Smallest part of the pictures that must be in one model.
        seed: Of all random choices. With one thread equal input gives equal poses; with more, matches are verified and
            sums added in varying order, and directions repeat to about a degree (incremental mapper: three).
        threads: How many to use; 0 for all the machine has.

    Raises:
        InvalidInput: If a value is out of its range.
    """

    mapper: Mapper = "global"
    matching: Literal["auto", "sequential", "exhaustive"] = "auto"
    overlap: int = 8
    max_features: int = 8192
    self_calibration_pictures: int = 20
    without_moving: bool = True
    min_registered_fraction: float = 0.5
    seed: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        if self.mapper not in MAPPERS:
            raise InvalidInput(f"mapper is {self.mapper!r}; expected one of: {', '.join(MAPPERS)}")
        if self.matching not in ("auto", "sequential", "exhaustive"):
            raise InvalidInput(f"matching is {self.matching!r}; expected 'auto', 'sequential' or 'exhaustive'")
        least = {"overlap": 2, "max_features": 100, "self_calibration_pictures": 5, "seed": 0, "threads": 0}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in least and value < least[field.name]:
                raise InvalidInput(f"{field.name} is {value}; expected at least {least[field.name]}")
        if not 0.0 < self.min_registered_fraction <= 1.0:
            raise InvalidInput(f"min_registered_fraction is {self.min_registered_fraction}; expected above 0, up to 1")


@dataclass(frozen=True)
class Structure:
    """Camera poses of N pictures in one world of arbitrary place, direction and unit.

    Attributes:
        registered: (N,) bool, pictures with a pose.
        rotations_camera_to_world: (N, 3, 3) float64; NaN where not registered.
        centers: (N, 3) float64, camera centres in the world; NaN where not registered.
        camera: The camera, as given or found.
        points: (P, 3) float64, world.
        reprojection_error_px: Mean over the observations of the points.
        explained: Part of what free two-view geometries explain of the matches that the poses explain as well;
            near 1 for a scene at rest, or a little more, for poses join what many pairs know.
        support: (N,) int64, sightings in each picture of points at rest that agree with its pose; few of them make
            a pose that cannot be trusted.
        disputed: (N,) float64, part of the patches of each picture in which most sightings disagree with its pose.
        pairs: All matches, those on what moves by itself included, for checks against the poses.
        mapper: Which mapper found the poses.
        focal_profile: How the focal length was found; None if it was given.
        notes: What was repaired or deserves a look, one sentence each.
    """

    registered: NDArray[np.bool_]
    rotations_camera_to_world: NDArray[np.float64]
    centers: NDArray[np.float64]
    camera: PinholeCamera
    points: NDArray[np.float64]
    reprojection_error_px: float
    explained: float
    support: NDArray[np.int64]
    disputed: NDArray[np.float64]
    pairs: tuple[MatchedPair, ...]
    mapper: Mapper
    focal_profile: FocalProfile | None
    notes: tuple[str, ...]


def reconstruct(
    images: Sequence[ImageArray],
    camera: PinholeCamera | None,
    mask: NDArray[np.uint8] | None,
    config: StructureConfig,
) -> Structure:
    """Find the camera's poses.

    Args:
        images: N pictures (H, W, 3) uint8 RGB without lens distortion, in time order.
        camera: Their camera, held fixed; None if it is to be found, with square pixels and a centred principal point.
        mask: (H, W) uint8, 0 where features are ignored in every picture (the grabber); None for nowhere.
        config: How.

    Returns:
        The poses.

    Raises:
        CollectionError: If there are fewer than three pictures, too little texture, too few pictures in one model, or
            poses or a focal length that do not hold against the matches.
        InvalidInput: If pictures, camera and mask do not have one size.
        MissingDependency: If pycolmap is not installed.
    """
    size_px = _check_input(images, camera, mask)
    threads = config.threads or os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="vinn_structure_") as scratch:
        folder = Path(scratch)
        write_pictures(images, mask, folder)
        everyone = config.matching == "exhaustive" or (config.matching == "auto" and len(images) <= _FEW_PICTURES)
        matches = match_pictures(
            folder,
            size_px,
            camera,
            matching="exhaustive" if everyone else "sequential",
            overlap=config.overlap,
            max_features=config.max_features,
            seed=config.seed,
            threads=threads,
        )
        _check_matches(matches, config)
        search = Search(folder, len(images), size_px, matches, config, threads)
        profile = None
        if camera is None:
            profile = search.find_focal()
            found = search.map_all(centered_camera(size_px, profile.best_px), _FOCAL_ADJUSTMENT)
        else:
            found = search.map_all(camera, 0.0)
        if config.without_moving:
            search, found = _map_without_moving(search, found, free_focal=camera is None)
        return _result(search, found, matches.pairs, profile, config)


def _result(
    search: Search,
    found: Candidate,
    all_pairs: tuple[MatchedPair, ...],
    profile: FocalProfile | None,
    config: StructureConfig,
) -> Structure:
    """Check a candidate and return it with what speaks for each pose.

    Raises:
        CollectionError: If it does not hold.
    """
    model = found.model
    explained = search.explained(found)
    notes = (*search.notes, *_check_model(model, explained, config))
    support = check_support(all_pairs, model.rotations_camera_to_world, model.centers, model.camera)
    return Structure(
        model.registered,
        model.rotations_camera_to_world,
        model.centers,
        model.camera,
        model.points,
        model.reprojection_error_px,
        explained,
        support.sightings,
        support.disputed,
        all_pairs,
        found.mapper,
        profile,
        notes,
    )


def _check_model(model: Model, explained: float, config: StructureConfig) -> list[str]:
    """Refuse what must not become labels; return notes on what deserves a look."""
    count = len(model.centers)
    registered = int(model.registered.sum())
    needed = max(math.ceil(config.min_registered_fraction * count), _MIN_PICTURES)
    if registered < needed:
        raise CollectionError(
            f"only {registered} of {count} pictures are in one model of the camera's path; expected at least {needed}. "
            "Film with more texture in view and less motion blur, take frames at a higher rate, or cut the video where "
            "the view changes at once"
        )
    if explained < _MIN_EXPLAINED:
        raise CollectionError(
            f"the poses found explain {explained:.0%} of the matches that pairs of pictures alone explain; "
            f"expected at least {_MIN_EXPLAINED:.0%}. The camera given may not be the one that filmed, or most of "
            "what is in view moves by itself"
        )
    notes = []
    if registered < count:
        missing = np.flatnonzero(~model.registered).tolist()
        notes.append(f"{len(missing)} of {count} pictures are in no model: {missing}")
    if model.other_models:
        notes.append(f"{model.other_models} smaller models were left aside")
    return notes


def _map_without_moving(search: Search, found: Candidate, free_focal: bool) -> tuple[Search, Candidate]:
    """Find poses again without what moves by itself; keep the first ones where that loses pictures."""
    masks = search.locate_moving(found.model)
    if (masks > 0).all():
        return search, found
    second = search.without(masks)
    try:
        again = second.map_all(found.model.camera, _FOCAL_ADJUSTMENT if free_focal else 0.0)
    except CollectionError:
        again = None
    if again is None or again.model.registered.sum() < found.model.registered.sum():
        search.note("without what seems to move by itself fewer pictures find a pose, so it was left in")
        return search, found
    return second, again


def _check_input(
    images: Sequence[ImageArray], camera: PinholeCamera | None, mask: NDArray[np.uint8] | None
) -> tuple[int, int]:
    """Return width and height of the pictures."""
    if len(images) < _MIN_PICTURES:
        raise CollectionError(
            f"there are {len(images)} pictures; structure from motion needs at least {_MIN_PICTURES}: "
            "give a longer video or a higher rate"
        )
    shape = images[0].shape
    for index, image in enumerate(images):
        if image.ndim != 3 or image.shape[2] != 3 or image.shape != shape or image.dtype != np.uint8:
            raise InvalidInput(
                f"picture {index} is {image.dtype} of shape {image.shape}; expected uint8 (H, W, 3), all of one size, "
                f"as the first, {shape}"
            )
    height, width = shape[:2]
    if camera is not None and (camera.width, camera.height) != (width, height):
        raise InvalidInput(
            f"the pictures are {width}x{height}, the camera is of {camera.width}x{camera.height}; expected one size"
        )
    if mask is not None and mask.shape != (height, width):
        raise InvalidInput(f"the mask has shape {mask.shape}; expected ({height}, {width}), the size of the pictures")
    return width, height


def _check_matches(matches: Matches, config: StructureConfig) -> None:
    count = len(matches.feature_counts)
    poor = int((matches.feature_counts < _MIN_FEATURES).sum())
    if poor > (1.0 - config.min_registered_fraction) * count:
        raise CollectionError(
            f"{poor} of {count} pictures have fewer than {_MIN_FEATURES} features (median "
            f"{int(np.median(matches.feature_counts))}): too little texture, too dark, too blurred, or the mask covers "
            "too much. Film where the surroundings have texture"
        )
    if not matches.pairs:
        raise CollectionError(
            f"no two of the {count} pictures show the same features; take frames at a higher rate, or film slower"
        )
