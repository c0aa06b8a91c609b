"""Pictures of many scenes, drawn by several processes and kept on disk, so that none is drawn twice."""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np

from vinn_training.evaluation.pretraining_pictures import PictureMaker, ScenePictures
from vinn_training.evaluation.result_files import write_bytes
from vinn_training.exceptions import InvalidInput


def draw_scenes(folder: Path, scenes: int, count: int, size: int, workers: int) -> Iterator[int]:
    """Draw the pictures of scenes 0, 1, ... that the folder lacks; yield the number that are there, as it grows.

    Args:
        folder: Gets one file a scene.
        scenes: How many.
        count: Pictures of each.
        size: Side of a picture, pixels.
        workers: Processes.

    Raises:
        InvalidInput: If a number is below one, or the folder cannot be written.
        SimulationError: If the simulation cannot run.
    """
    if min(scenes, count, size, workers) < 1:
        raise InvalidInput(
            f"{scenes} scenes of {count} pictures of {size} pixels, {workers} workers; expected one or more of each"
        )
    missing = [number for number in range(scenes) if not _file(folder, number, count, size).exists()]
    done = scenes - len(missing)
    yield done
    if not missing:
        return
    # Not forked: OpenGL and its threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=(count, size))
    try:
        futures = [pool.submit(_draw, folder, number, count, size) for number in missing]
        for number, future in enumerate(as_completed(futures), start=done + 1):
            future.result()
            yield number
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def load_scenes(folder: Path, scenes: int, count: int, size: int) -> list[ScenePictures]:
    """Return what `draw_scenes` left.

    Raises:
        InvalidInput: If a file is missing or damaged.
    """
    found = []
    for number in range(scenes):
        path = _file(folder, number, count, size)
        try:
            with np.load(path, allow_pickle=False) as content:
                found.append(ScenePictures(content["images"], content["state"]))
        except (OSError, ValueError, KeyError) as error:
            raise InvalidInput(f"{path}: cannot be read ({error}); remove it and run the same command again") from error
    return found


_maker: PictureMaker | None = None  # of a worker process


def _start_worker(count: int, size: int) -> None:
    global _maker
    _maker = PictureMaker(size, count)


def _draw(folder: Path, number: int, count: int, size: int) -> None:
    assert _maker is not None, "started by _start_worker"
    made = _maker.make(number)
    stream = io.BytesIO()
    np.savez(stream, images=made.images, state=made.state)
    write_bytes(_file(folder, number, count, size), stream.getvalue())


def _file(folder: Path, number: int, count: int, size: int) -> Path:
    return folder / f"scene_{number:05d}_{count}x{size}.npz"
