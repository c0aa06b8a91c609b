"""The two mappers of pycolmap behind one function: from matches to camera poses and points."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.matching import PIXEL_CENTER, import_pycolmap, picture_index, picture_name, quiet

Mapper = Literal["global", "incremental"]
MAPPERS: tuple[Mapper, ...] = ("global", "incremental")

# Fewest pictures that pycolmap calls a model.
_MIN_MODEL = 3


@dataclass(frozen=True)
class Model:
    """Poses of one connected model.

    Attributes:
        rotations_camera_to_world: (N, 3, 3) float64; NaN where a picture has no pose.
        centers: (N, 3) float64, camera centres in the world, in the model's own unit; NaN where it has no pose.
        camera: The camera, as given or found.
        points: (P, 3) float64, world.
        reprojection_error_px: Mean over the points' observations.
        other_models: How many smaller models were left aside.
    """

    rotations_camera_to_world: NDArray[np.float64]
    centers: NDArray[np.float64]
    camera: PinholeCamera
    points: NDArray[np.float64]
    reprojection_error_px: float
    other_models: int

    @property
    def registered(self) -> NDArray[np.bool_]:
        """(N,) bool, pictures that have a pose."""
        return np.asarray(np.isfinite(self.centers).all(axis=1))


class Mapped(NamedTuple):
    """What mapping gave.

    Attributes:
        held: The model with the camera as given.
        adjusted: The same after an adjustment with the focal length free; None where that was not asked for or left
            its bounds.
    """

    held: Model
    adjusted: Model | None


def map_pictures(
    folder: Path,
    camera: PinholeCamera,
    count: int,
    *,
    mapper: Mapper,
    seed: int,
    threads: int,
    only: range | None = None,
    complete: bool = True,
    adjust_focal_within: float = 0.0,
) -> Mapped | None:
    """Find poses from the database that `match_pictures` filled.

    The focal length of `camera` is held while poses are found. Freeing it there is what lets a self-calibration run
    away; it is freed at most at the end, within bounds.

    Args:
        folder: Where pictures and database are. The database is not changed.
        camera: Camera of all pictures.
        count: Number of pictures, N.
        mapper: Which mapper.
        seed: Of its random choices.
        threads: How many to use.
        only: Pictures to use; None for all.
        complete: Whether pictures that the global mapper leaves out are registered against its points.
        adjust_focal_within: Largest relative change of the focal length in a last bundle adjustment; 0 for none.

    Returns:
        The largest model, or None if there is none.
    """
    pycolmap = import_pycolmap()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        database = Path(scratch) / "database.db"
        shutil.copyfile(folder / "database.db", database)
        _set_camera(pycolmap, database, camera)
        names = [] if only is None else [picture_name(index) for index in only]
        run = _map_global if mapper == "global" else _map_incremental
        models = run(pycolmap, folder, database, Path(scratch) / "models", names, seed, threads)
        if not models:
            return None
        best = max(models, key=lambda model: (model.num_reg_images(), model.num_points3D()))
        expected = count if only is None else len(only)
        if mapper == "global" and complete and best.num_reg_images() < expected:
            best = _register_missing(pycolmap, folder, database, Path(scratch), best, names, seed, threads)
        held = replace(_to_arrays(best, count), other_models=len(models) - 1)
        adjusted = None
        if adjust_focal_within > 0.0 and _adjust_focal(pycolmap, best, adjust_focal_within, threads):
            adjusted = replace(_to_arrays(best, count), other_models=held.other_models)
        return Mapped(held, adjusted)


def _set_camera(pycolmap: Any, database: Path, camera: PinholeCamera) -> None:
    """Write the camera into a database, in the model (one or two focal lengths) that it has there."""
    with pycolmap.Database.open(database) as opened:
        (stored,) = opened.read_all_cameras()
        center = [camera.cx + PIXEL_CENTER, camera.cy + PIXEL_CENTER]
        focal = [camera.fx] if len(stored.params) == 3 else [camera.fx, camera.fy]
        stored.params = focal + center
        stored.has_prior_focal_length = True
        opened.update_camera(stored)


def _map_global(
    pycolmap: Any, folder: Path, database: Path, output: Path, names: list[str], seed: int, threads: int
) -> list[Any]:
    output.mkdir()
    options = pycolmap.GlobalPipelineOptions()
    options.random_seed = options.mapper.random_seed = seed
    options.num_threads = options.mapper.num_threads = threads
    options.image_names = names
    options.min_model_size = _MIN_MODEL
    options.mapper.bundle_adjustment.refine_focal_length = False
    options.mapper.bundle_adjustment.refine_extra_params = False
    with quiet():
        return list(pycolmap.global_mapping(database, folder / "images", output, options=options).values())


def _incremental_options(pycolmap: Any, names: list[str], seed: int, threads: int) -> Any:
    options = pycolmap.IncrementalPipelineOptions()
    options.random_seed = options.mapper.random_seed = options.triangulation.random_seed = seed
    options.num_threads = options.mapper.num_threads = threads
    options.image_names = names
    options.min_model_size = _MIN_MODEL
    options.ba_refine_focal_length = options.mapper.abs_pose_refine_focal_length = False
    options.ba_refine_extra_params = options.mapper.abs_pose_refine_extra_params = False
    options.extract_colors = False
    return options


def _map_incremental(
    pycolmap: Any, folder: Path, database: Path, output: Path, names: list[str], seed: int, threads: int
) -> list[Any]:
    output.mkdir()
    options = _incremental_options(pycolmap, names, seed, threads)
    with quiet():
        return list(pycolmap.incremental_mapping(database, folder / "images", output, options=options).values())


def _register_missing(
    pycolmap: Any, folder: Path, database: Path, scratch: Path, model: Any, names: list[str], seed: int, threads: int
) -> Any:
    """Register left-out pictures against the points of a model; the poses it has stay as they are."""
    known, grown = scratch / "known", scratch / "grown"
    known.mkdir()
    grown.mkdir()
    model.write(str(known))
    options = _incremental_options(pycolmap, names, seed, threads)
    options.fix_existing_frames = options.mapper.fix_existing_frames = True
    options.multiple_models = False
    with quiet():
        models = pycolmap.incremental_mapping(
            database, folder / "images", grown, options=options, input_path=known
        ).values()
    best = max(models, key=lambda other: other.num_reg_images(), default=model)
    return best if best.num_reg_images() > model.num_reg_images() else model


def _adjust_focal(pycolmap: Any, model: Any, within: float, threads: int) -> bool:
    """Adjust everything together with the focal length free; return whether it stayed within bounds."""
    (camera,) = model.cameras.values()
    before = float(camera.params[0])
    options = pycolmap.BundleAdjustmentOptions()
    options.print_summary = False
    options.refine_extra_params = False
    options.ceres.loss_function_type = pycolmap.LossFunctionType.SOFT_L1
    options.ceres.solver_options.num_threads = threads
    # Not pycolmap.bundle_adjustment: it logs whatever the level is.
    config = pycolmap.BundleAdjustmentConfig()
    for image_id in model.reg_image_ids():
        config.add_image(image_id)
    config.fix_gauge(pycolmap.BundleAdjustmentGauge.TWO_CAMS_FROM_WORLD)
    with quiet():
        pycolmap.create_default_bundle_adjuster(options, config, model).solve()
    (camera,) = model.cameras.values()
    return abs(float(camera.params[0]) / before - 1.0) <= within


def _to_arrays(model: Any, count: int) -> Model:
    rotations = np.full((count, 3, 3), np.nan)
    centers = np.full((count, 3), np.nan)
    for image in model.images.values():
        if image.has_pose:
            index = picture_index(image.name)
            rotations[index] = image.cam_from_world().rotation.matrix().T
            centers[index] = image.projection_center()
    (camera,) = model.cameras.values()
    fx, fy, cx, cy = camera.params if len(camera.params) == 4 else camera.params[[0, 0, 1, 2]]
    found = PinholeCamera(
        camera.width, camera.height, float(fx), float(fy), float(cx) - PIXEL_CENTER, float(cy) - PIXEL_CENTER
    )
    points = np.array([point.xyz for point in model.points3D.values()]).reshape(-1, 3)
    return Model(rotations, centers, found, points, float(model.compute_mean_reprojection_error()), 0)
