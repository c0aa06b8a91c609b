"""From demonstrations and an encoder to a bank, in batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """Embed every frame of the demonstrations.

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
    for start in range(0, len(own), batch_size):
        chunk = own[start : start + batch_size]
        images: list[ImageArray] = [demonstrations[demo].load_image(frame) for demo, frame in chunk]
        embeddings[start : start + len(chunk)] = runtime.encode(images)
        pictures.append(Thumbnails.from_images(images))
        if progress is not None:
            progress(start + len(chunk), len(own))
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
