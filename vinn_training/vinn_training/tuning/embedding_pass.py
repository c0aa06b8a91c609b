"""From a bag's frames to their embeddings: recorded ones first, then those on disk, and the encoder for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.runtime import EncoderRuntime
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.tuning.embedding_cache import EmbeddingCache
from vinn_training.tuning.recording import Recording

#: Images decoded and encoded at once.
_BATCH = 16

#: Called with (frames done, frames in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class EmbeddedFrames:
    """Embeddings of the frames that have one.

    Attributes:
        frames: (N,) rising, of the recording.
        embeddings: (N, D) float32, finite.
        recorded: How many of them perception had recorded.
        encoded: How many were encoded here.
        cached: How many were on disk.
        problems: What is wrong with frames that were left out, one line each.
    """

    frames: NDArray[np.intp]
    embeddings: FloatArray
    recorded: int
    encoded: int
    cached: int
    problems: tuple[str, ...]


class EmbeddingPass:
    """Finds or makes embeddings of one encoder.

    Args:
        encoder_id: Of the encoder that made the bank.
        embedding_size: Length D of an embedding.
        load_runtime: Returns the encoder, ready to run; asked only if an image must be encoded.
        cache: Where embeddings are kept.
    """

    def __init__(
        self,
        encoder_id: str,
        embedding_size: int,
        load_runtime: Callable[[], EncoderRuntime],
        cache: EmbeddingCache,
    ) -> None:
        self._encoder_id = encoder_id
        self._size = embedding_size
        self._load_runtime = load_runtime
        self._cache = cache
        self._runtime: EncoderRuntime | None = None

    def embed(self, recording: Recording, progress: Progress | None = None) -> EmbeddedFrames:
        """Return the embeddings of a recording's frames; those whose image cannot be read are left out.

        Args:
            recording: The bag.
            progress: Told while images are encoded.

        Raises:
            InvalidInput: If the encoder's output is not finite, or no image of the bag can be read.
            InvalidCheckpoint: If the encoder cannot be loaded.
            MissingDependency: If the encoder's runtime is not installed.
        """
        embeddings = np.full((len(recording), self._size), np.nan, dtype=np.float32)
        for index, stamp in enumerate(recording.stamps_ns):
            found = recording.recorded.get((int(stamp), self._encoder_id))
            if found is not None and found.shape == (self._size,):
                embeddings[index] = found
        has_one = np.isfinite(embeddings).all(axis=1)  # one that is not finite is made anew
        recorded = int(has_one.sum())
        missing = np.flatnonzero(~has_one)
        problems: list[str] = []
        encoded = cached = 0
        if len(missing):
            made, encoded, problems = self._cached_or_encoded(recording, missing, progress)
            embeddings[missing] = made
            cached = len(missing) - encoded - len(problems)
        kept = np.flatnonzero(np.isfinite(embeddings).all(axis=1))
        if not len(kept):
            raise InvalidInput(f"{recording.path}: none of its {len(recording)} images can be read: {problems[0]}")
        return EmbeddedFrames(kept, embeddings[kept], recorded, encoded, cached, tuple(problems))

    def _cached_or_encoded(
        self, recording: Recording, missing: NDArray[np.intp], progress: Progress | None
    ) -> tuple[FloatArray, int, list[str]]:
        """Return embeddings with NaN where the image is unreadable, how many were encoded, and what was unreadable."""
        file = self._cache.path_of(recording.path, recording.stamps_ns[missing], recording.image_topic)
        cached = self._cache.read(file, self._size, len(missing))
        if cached is not None:
            broken = int((~np.isfinite(cached).all(axis=1)).sum())
            return cached, 0, [f"{recording.path}: an image that cannot be read"] * broken
        made = np.full((len(missing), self._size), np.nan, dtype=np.float32)
        problems: list[str] = []
        done = 0
        for start in range(0, len(missing), _BATCH):
            places = np.arange(start, min(start + _BATCH, len(missing)))
            images: list[ImageArray] = []
            read: list[int] = []
            for place in places:
                try:
                    images.append(recording.load_image(int(missing[place])))
                    read.append(int(place))
                except InvalidDemonstration as error:
                    problems.append(str(error))
            if images:
                made[read] = self._encode(images, recording)
            done += len(images)
            if progress is not None:
                progress(int(places[-1]) + 1, len(missing))
        self._cache.write(file, made)
        return made, done, problems

    def _encode(self, images: list[ImageArray], recording: Recording) -> FloatArray:
        if self._runtime is None:
            self._runtime = self._load_runtime()
        embeddings = self._runtime.encode(images)
        if not np.isfinite(embeddings).all():
            raise InvalidInput(
                f"{recording.path}: the encoder's output is not finite; check the bundle, or train the encoder again"
            )
        return embeddings
