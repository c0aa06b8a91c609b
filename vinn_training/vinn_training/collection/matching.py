"""Features of pictures and their matches, in a database that the mappers of pycolmap read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.epipolar import MatchedPair
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import MissingDependency

# pycolmap puts the centre of the first pixel at (0.5, 0.5), OpenCV and this project at (0, 0).
PIXEL_CENTER = 0.5
_FATAL = 3


class Matches(NamedTuple):
    """What matching found.

    Attributes:
        pairs: Pairs of pictures with enough matches that agree with one two-view geometry.
        feature_counts: (N,) features found in each picture.
    """

    pairs: tuple[MatchedPair, ...]
    feature_counts: NDArray[np.int64]


def import_pycolmap() -> Any:
    """Return the module pycolmap.

    Raises:
        MissingDependency: If it is not installed.
    """
    try:
        import pycolmap
    except ImportError as error:
        raise MissingDependency(
            f"structure from motion needs pycolmap, which cannot be imported ({error}); "
            "install it with: pip install pycolmap"
        ) from error
    return pycolmap


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the log lines of one call of pycolmap off the terminal; what matters is reported by this package.

    One call each, because some of them set the level back when they end.
    """
    logging = import_pycolmap().logging
    before = logging.minloglevel
    logging.minloglevel = _FATAL
    try:
        yield
    finally:
        logging.minloglevel = before


def picture_name(index: int) -> str:
    """Return the file name of a picture, from which `picture_index` reads its index back."""
    return f"{index:06d}.pgm"


def picture_index(name: str) -> int:
    """Return the index of a picture by its file name."""
    return int(name.split(".", maxsplit=1)[0])


def write_pictures(images: Sequence[ImageArray], mask: NDArray[np.uint8] | None, folder: Path) -> None:
    """Write pictures into `folder/images`, in grey, and the mask as `folder/mask.pgm`."""
    (folder / "images").mkdir(parents=True)
    for index, image in enumerate(images):
        gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        _write_pgm(folder / "images" / picture_name(index), gray)
    if mask is not None:
        _write_pgm(folder / "mask.pgm", np.where(mask > 0, 255, 0).astype(np.uint8))


def _write_pgm(path: Path, gray: NDArray[np.uint8]) -> None:
    # Not PNG: once pycolmap is loaded, OpenCV's PNG writer can end up in pycolmap's zlib and crash the process.
    height, width = gray.shape
    path.write_bytes(f"P5\n{width} {height}\n255\n".encode() + np.ascontiguousarray(gray).tobytes())


def match_pictures(
    folder: Path,
    size_px: tuple[int, int],
    camera: PinholeCamera | None,
    *,
    matching: Literal["sequential", "exhaustive"],
    overlap: int,
    max_features: int,
    seed: int,
    threads: int,
) -> Matches:
    """Fill `folder/database.db` with features and matches of the pictures that `write_pictures` wrote.

    Args:
        folder: Where the pictures are.
        size_px: Width and height of the pictures.
        camera: Their camera; None where its focal length is not known, so that pairs are matched by fundamental
            matrices and no guess of it can do harm.
        matching: Whether each picture is matched to the next ones or to all.
        overlap: How many next ones.
        max_features: Most features of one picture.
        seed: Of the random sampling.
        threads: How many to use.

    Returns:
        The matches, in pixels with the first pixel's centre at (0, 0).
    """
    pycolmap = import_pycolmap()
    database = folder / "database.db"
    reader = pycolmap.ImageReaderOptions()
    reader.camera_model = "SIMPLE_PINHOLE" if camera is None else "PINHOLE"
    if camera is not None:
        center = f"{camera.cx + PIXEL_CENTER!r},{camera.cy + PIXEL_CENTER!r}"
        reader.camera_params = f"{camera.fx!r},{camera.fy!r},{center}"
    if (folder / "mask.pgm").exists():
        reader.camera_mask_path = str(folder / "mask.pgm")
    extraction = pycolmap.FeatureExtractionOptions()
    extraction.num_threads = threads
    extraction.max_image_size = max(size_px)
    extraction.sift.max_num_features = max_features
    features = pycolmap.FeatureMatchingOptions()
    features.num_threads = threads
    verification = pycolmap.TwoViewGeometryOptions()
    verification.ransac.random_seed = seed
    shared = {"matching_options": features, "verification_options": verification, "device": pycolmap.Device.cpu}
    with quiet():
        pycolmap.extract_features(
            database,
            folder / "images",
            camera_mode=pycolmap.CameraMode.SINGLE,
            reader_options=reader,
            extraction_options=extraction,
            device=pycolmap.Device.cpu,
        )
    with quiet():
        if matching == "exhaustive":
            pycolmap.match_exhaustive(database, **shared)
        else:
            pairing = pycolmap.SequentialPairingOptions()
            pairing.overlap = overlap
            pairing.quadratic_overlap = False
            pycolmap.match_sequential(database, pairing_options=pairing, **shared)
    return _read(pycolmap, database)


def without_regions(folder: Path, masks: NDArray[np.uint8], seed: int) -> Matches:
    """Take matches in masked regions out of the database and verify the others again.

    Args:
        folder: Where `match_pictures` made the database.
        masks: (N, h, w) uint8, 0 where a picture's features are taken out; scaled to the pictures.
        seed: Of the random sampling.

    Returns:
        The matches that are left.
    """
    pycolmap = import_pycolmap()
    database = folder / "database.db"
    with pycolmap.Database.open(database) as opened:
        (camera,) = opened.read_all_cameras()
        scale = np.array([masks.shape[2] / camera.width, masks.shape[1] / camera.height])
        limit = np.array([masks.shape[2], masks.shape[1]]) - 1
        kept = {}
        for image in opened.read_all_images():
            cells = np.clip((opened.read_keypoints(image.image_id)[:, :2] * scale).astype(int), 0, limit)
            kept[image.image_id] = masks[picture_index(image.name)][cells[:, 1], cells[:, 0]] > 0
        ids, _ = opened.read_two_view_geometries()
        for pair_id in ids:
            first, second = pycolmap.pair_id_to_image_pair(pair_id)
            matches = opened.read_matches(first, second)
            good = kept[first][matches[:, 0]] & kept[second][matches[:, 1]]
            opened.delete_matches(first, second)
            opened.delete_two_view_geometry(first, second)
            opened.write_matches(first, second, matches[good])
    verification = pycolmap.TwoViewGeometryOptions()
    verification.ransac.random_seed = seed
    with quiet():
        pycolmap.geometric_verification(database, two_view_geometry_options=verification)
    return _read(pycolmap, database)


def _read(pycolmap: Any, database: Path) -> Matches:
    pairs = []
    with pycolmap.Database.open(database) as opened:
        index_by_id = {image.image_id: picture_index(image.name) for image in opened.read_all_images()}
        points = {
            image_id: opened.read_keypoints(image_id)[:, :2].astype(np.float64) - PIXEL_CENTER
            for image_id in index_by_id
        }
        for pair_id, geometry in zip(*opened.read_two_view_geometries(), strict=True):
            first, second = pycolmap.pair_id_to_image_pair(pair_id)
            inliers = geometry.inlier_matches
            if len(inliers) == 0:
                continue
            matches = opened.read_matches(first, second)
            verified = np.isin(_keys(matches), _keys(inliers))
            pair = MatchedPair(
                index_by_id[first],
                index_by_id[second],
                points[first][matches[:, 0]],
                points[second][matches[:, 1]],
                matches.astype(np.int64),
                verified,
                _fit_fundamental(points[first][inliers[:, 0]], points[second][inliers[:, 1]]),
            )
            pairs.append(pair if pair.first < pair.second else _swapped(pair))
    counts = np.zeros(len(index_by_id), dtype=np.int64)
    for image_id, index in index_by_id.items():
        counts[index] = len(points[image_id])
    return Matches(tuple(sorted(pairs, key=lambda pair: (pair.first, pair.second))), counts)


def _keys(matches: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return one number for each match, to compare sets of them."""
    wide = matches.astype(np.int64)
    return wide[:, 0] << 32 | wide[:, 1]


def _fit_fundamental(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Fit a free fundamental matrix to inliers; what pycolmap stores depends on what it took the focal length to be."""
    if len(first) < 8:
        return None
    matrix, _ = cv2.findFundamentalMat(first, second, cv2.FM_8POINT)
    return None if matrix is None or matrix.shape != (3, 3) else matrix.astype(np.float64)


def _swapped(pair: MatchedPair) -> MatchedPair:
    fundamental = None if pair.fundamental is None else pair.fundamental.T
    return MatchedPair(
        pair.second,
        pair.first,
        pair.points_second,
        pair.points_first,
        pair.features[:, ::-1],
        pair.verified,
        fundamental,
    )
