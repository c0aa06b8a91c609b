"""The kinds of search whose growth is measured: ours, and peers, each trained to a file and opened from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.bank.faiss_index import FaissIndex
from vinn_training.bank.index import ExactIndex
from vinn_training.bank.index_choice import FEWEST_ROWS
from vinn_training.bank.index_training import train_index
from vinn_training.bank.trained_search import (
    SearchSettings,
    TrainedSearch,
    import_faiss,
    read_searcher,
    write_searcher,
)
from vinn_training.contracts import FloatArray
from vinn_training.evaluation.episode_embeddings import FRAMES_PER_EPISODE

#: From a (D,) query and k to the rows of the nearest.
Search: TypeAlias = Callable[[FloatArray, int], NDArray[np.int64]]

RECALL = 0.99
_SEARCHER_FILE = "index.faiss"
_BLOCK = 8192


@dataclass(frozen=True)
class IndexKind:
    """One kind of search.

    Attributes:
        train: Called with (N, D) embeddings and a folder to write to; returns what `open` needs beside the folder.
            None where there is nothing to train.
        open: Called with the embeddings, the folder and what `train` returned.
        least_rows: Smaller banks are left out.
        most_rows: Larger banks are left out.
        queries: Timed at each size.
    """

    open: Callable[[FloatArray, Path, Any], Search]
    train: Callable[[FloatArray, Path], Any] | None = None
    least_rows: int = 10
    most_rows: int = 10**9
    queries: int = 50


def bank_of_episodes(embeddings: FloatArray) -> Bank:
    """Return a bank of embeddings of which every 60 are a demonstration; a mapped array stays on disk."""
    rows = np.arange(len(embeddings), dtype=np.int32)
    return Bank(
        embeddings=embeddings,
        directions=np.tile(np.array([0.0, 0.0, 1.0], dtype=np.float32), (len(rows), 1)),
        gripper=np.ones(len(rows), dtype=np.float32),
        demonstration=rows // FRAMES_PER_EPISODE,
        frame=rows % FRAMES_PER_EPISODE,
        demonstration_names=tuple(f"demo_{number:07d}" for number in range(-(-len(rows) // FRAMES_PER_EPISODE))),
        encoder_id="made up",
    )


def _open_exact(embeddings: FloatArray, folder: Path, settings: Any) -> Search:
    index = ExactIndex(embeddings)
    return lambda query, k: index.query(query, k).rows


def _trained(kind: str) -> Callable[[FloatArray, Path], SearchSettings]:
    def train(embeddings: FloatArray, folder: Path) -> SearchSettings:
        trained = train_index(bank_of_episodes(embeddings), kind, RECALL).trained
        write_searcher(trained.searcher, folder / _SEARCHER_FILE)
        return trained.settings

    return train


def _open_faiss(embeddings: FloatArray, folder: Path, settings: SearchSettings) -> Search:
    index = FaissIndex(TrainedSearch(read_searcher(folder / _SEARCHER_FILE), settings), embeddings)
    return lambda query, k: index.query(query, k).rows


def _open_plain_faiss(embeddings: FloatArray, folder: Path, settings: Any) -> Search:
    index = import_faiss().IndexFlatL2(embeddings.shape[1])
    for start in range(0, len(embeddings), _BLOCK):
        index.add(np.ascontiguousarray(embeddings[start : start + _BLOCK]))
    return lambda query, k: np.asarray(index.search(query[None], k)[1][0], dtype=np.int64)


def _open_loop(embeddings: FloatArray, folder: Path, settings: Any) -> Search:
    rows = np.array(embeddings)

    def search(query: FloatArray, k: int) -> NDArray[np.int64]:
        distances = [(float(np.linalg.norm(query - rows[row])), row) for row in range(len(rows))]
        distances.sort()
        return np.array([row for _, row in distances[:k]], dtype=np.int64)

    return search


INDEX_KINDS: Mapping[str, IndexKind] = {
    "exact": IndexKind(_open_exact),
    "sq8": IndexKind(_open_faiss, _trained("sq8"), least_rows=FEWEST_ROWS),
    "hnsw": IndexKind(_open_faiss, _trained("hnsw"), least_rows=FEWEST_ROWS),
    "ivfpq": IndexKind(_open_faiss, _trained("ivfpq"), least_rows=FEWEST_ROWS),
    "faiss flat (peer)": IndexKind(_open_plain_faiss),
    "the paper's loop (peer)": IndexKind(_open_loop, most_rows=100_000, queries=5),
}
