"""From demonstrations and an encoder to a bank, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from vinn_training.bank.bank import Bank
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.contracts import REST_NORM, Demonstration, FloatArray, ImageArray
from vinn_training.encoder.runtime import EncoderRuntime
from vinn_training.exceptions import InvalidInput

#: Called with (frames done, frames in all).
Progress = Callable[[int, int], None]


class Processes(Protocol):
    """Processes that embed together, as encoder.processes.Processes."""

    def share(self, total: int) -> slice:
        """Return this process's part of `total` rows."""

    def gather(self, rows: NDArray[Any]) -> list[NDArray[Any]]:
        """Return every process's rows, in order."""


class BuiltBank(NamedTuple):
    """A bank and the pictures of its rows."""

    bank: Bank
    thumbnails: Thumbnails


def build_bank(
    demonstrations: Sequence[Demonstration],
    runtime: EncoderRuntime,
    batch_size: int = 64,
    progress: Progress | None = None,
    processes: Processes | None = None,
) -> BuiltBank:
    """Embed every frame of the demonstrations, a batch at a time; a thread reads the next batch meanwhile.

    Args:
        demonstrations: At least one, with different names.
        runtime: The encoder.
        batch_size: Images decoded and encoded at once.
        progress: Told after every batch.
        processes: Each embeds its share of the frames, and has the whole bank in the end; None: this one does all.

    Raises:
        InvalidInput: If there is no demonstration, a name occurs twice, or an embedding is not finite.
        InvalidDemonstration: If an image cannot be read.
    """
    if not demonstrations:
        raise InvalidInput("no demonstrations to build a bank from; expected at least one")
    if batch_size < 1:
        raise InvalidInput(f"batch size is {batch_size}; expected at least 1")
    places = [(demo, frame) for demo, item in enumerate(demonstrations) for frame in range(len(item))]
    own = places[processes.share(len(places))] if processes else places
    embeddings = np.empty((len(own), runtime.embedding_size), dtype=np.float32)
    pictures: list[Thumbnails] = []
    done = 0
    for images, small in _read_ahead(demonstrations, own, batch_size):
        embeddings[done : done + len(images)] = runtime.encode(images)
        pictures.append(small)
        done += len(images)
        if progress is not None:
            progress(done, len(own))
    thumbnails = Thumbnails.join(pictures)
    if processes:
        embeddings = np.concatenate(processes.gather(embeddings))
        thumbnails = _gather_thumbnails(thumbnails, processes)
    bank = Bank(
        embeddings=embeddings,
        directions=_unit(np.concatenate([item.directions for item in demonstrations])),
        gripper=np.concatenate([item.gripper for item in demonstrations]),
        demonstration=np.array([demo for demo, _ in places], dtype=np.int32),
        frame=np.array([frame for _, frame in places], dtype=np.int32),
        demonstration_names=tuple(item.name for item in demonstrations),
        encoder_id=runtime.encoder_id,
    )
    return BuiltBank(bank, thumbnails)


def in_float16(bank: Bank) -> Bank:
    """Return a bank whose embeddings take half the memory, rounded to a relative error of at most 2^-11.

    Raises:
        InvalidInput: If a number is too large for float16, 65504 at most.
    """
    largest = float(np.abs(bank.embeddings).max())
    if largest > float(np.finfo(np.float16).max):
        raise InvalidInput(
            f"embeddings of encoder {bank.encoder_id} reach {largest:.4g}, and float16 ends at 65504; expected smaller "
            "ones: build the bank with --precision float32"
        )
    return replace(bank, embeddings=bank.embeddings.astype(np.float16), known_digests=None)


def _read_ahead(
    demonstrations: Sequence[Demonstration], places: Sequence[tuple[int, int]], batch_size: int
) -> Iterator[tuple[list[ImageArray], Thumbnails]]:
    """Yield batches of images with their thumbnails; while one is used, a thread reads the next.

    Args:
        demonstrations: Their images are read by one thread at a time.
        places: Demonstration and frame of each image.
        batch_size: Images in a batch, the last may have fewer.
    """

    def read(start: int) -> tuple[list[ImageArray], Thumbnails]:
        images = [demonstrations[demo].load_image(frame) for demo, frame in places[start : start + batch_size]]
        return images, Thumbnails.from_images(images)

    starts = range(0, len(places), batch_size)
    with ThreadPoolExecutor(1, thread_name_prefix="frames") as pool:
        coming = [pool.submit(read, start) for start in starts[:1]]
        for start in [*starts[1:], None]:
            if not coming:
                return
            batch = coming.pop().result()
            if start is not None:
                coming.append(pool.submit(read, start))
            yield batch


def _gather_thumbnails(own: Thumbnails, processes: Processes) -> Thumbnails:
    """Return the thumbnails of all processes."""
    files = processes.gather(np.frombuffer(own.to_bytes(), dtype=np.uint8))
    parts = [load(file.tobytes()) for file in files]
    return Thumbnails.join([Thumbnails(part["jpeg"], part["offsets"]) for part in parts])


def _unit(directions: FloatArray) -> FloatArray:
    """Return directions whose rounding is taken off, so that no weighted mean is longer than 1."""
    values = directions.astype(np.float64)
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    return np.where(norms > REST_NORM, values / np.maximum(norms, REST_NORM), 0.0).astype(np.float32)
