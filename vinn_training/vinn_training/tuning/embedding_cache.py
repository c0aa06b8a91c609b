"""Embeddings of a bag's frames on disk, so that tuning again encodes nothing."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from vinn_training.contracts import FloatArray
from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.evaluation.result_files import write_bytes

_LOG = logging.getLogger(__name__)


class EmbeddingCache:
    """Files of embeddings in a folder, one a bag and encoder.

    A file belongs to the bag as it was: to its files' names, sizes and times of change, to its frames' stamps, and to
    the topic that was read.

    Args:
        folder: Made on the first write.
        encoder_id: Of the encoder that makes the embeddings.
    """

    def __init__(self, folder: Path, encoder_id: str) -> None:
        self._folder = folder
        self._encoder_id = encoder_id

    def path_of(self, bag: Path, stamps_ns: NDArray[np.int64], topic: str) -> Path:
        """Return the file of a bag's embeddings, whether it is there or not.

        Args:
            bag: The bag.
            stamps_ns: (T,) int64 of its frames.
            topic: Of its images.
        """
        digest = hashlib.sha256(f"{self._encoder_id} {topic} {len(stamps_ns)}".encode())
        for file in find_bags(bag)[0].files:
            state = file.stat()
            digest.update(f"{file.name} {state.st_size} {state.st_mtime_ns}".encode())
        digest.update(stamps_ns.tobytes())
        return self._folder / f"{digest.hexdigest()[:24]}.safetensors"

    def read(self, path: Path, size: int, count: int) -> FloatArray | None:
        """Return the (count, size) float32 embeddings of a file, or None where it is not there or cannot be used."""
        try:
            embeddings = load(path.read_bytes())["embeddings"]
        except FileNotFoundError:
            return None
        except (OSError, SafetensorError, KeyError) as error:
            _LOG.warning("%s: cannot be used (%s); its images are encoded again", path, error)
            return None
        if embeddings.shape != (count, size) or embeddings.dtype != np.float32:
            _LOG.warning("%s: holds %s; its images are encoded again", path, embeddings.shape)
            return None
        return np.asarray(embeddings, dtype=np.float32)

    def write(self, path: Path, embeddings: FloatArray) -> None:
        """Write a file whole.

        Raises:
            InvalidInput: If the disk refuses.
        """
        write_bytes(path, save({"embeddings": np.ascontiguousarray(embeddings, dtype=np.float32)}))
