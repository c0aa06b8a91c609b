"""The search rows: neighbours and regression over the paper's bank, and a query to a bank of a million frames.

The embeddings are those of `episode_embeddings`: frames of episodes, near each other. Beside them stand isotropic
random ones, which have no structure that a search could use: the worst case.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.bank.bank_file import read_bank_file, write_bank_file
from vinn_training.bank.faiss_index import FaissIndex
from vinn_training.bank.index import Index
from vinn_training.bank.index_training import train_index
from vinn_training.bank.stored_index import open_index, write_index
from vinn_training.contracts import FloatArray
from vinn_training.evaluation.benchmark import Row, Timer, compare_all
from vinn_training.evaluation.benchmark_rows import BANK_ROWS, EMBEDDING_SIZE, K
from vinn_training.evaluation.episode_embeddings import FRAMES_PER_EPISODE, episode_embeddings, query_embeddings
from vinn_training.evaluation.fresh_process import in_fresh_process, resident_mib
from vinn_training.evaluation.own_processes import time_in_own_processes, time_made_here
from vinn_training.evaluation.scaling_banks import true_neighbours, write_embeddings
from vinn_training.evaluation.search_contenders import PEERS, exact_search, next_answer, write_problem
from vinn_training.exceptions import InvalidInput, MissingDependency

#: Different queries that are asked in turn, so that no answer lies in a cache.
_QUERIES = 50
_CHECKED = 5
_LARGE_QUERIES = 200
_WARM_UP = 20
_BANK_FILE = "bank.safetensors"
_GIB = 2**30


class LargeSearch(NamedTuple):
    """What a query to a large bank costs, in a process of its own.

    Attributes:
        load_s: From nothing to a bank and an index that are ready, the bank mapped.
        resident_mib: Memory of the process in RAM after all queries, less what it had before loading; mapped pages
            that were touched are counted.
        times_ms: (Q,).
        recall: Share of the true 10 nearest that was found.
        settings: Of the index.
    """

    load_s: float
    resident_mib: float
    times_ms: NDArray[np.float64]
    recall: float
    settings: Mapping[str, Any]


def search_rows(repetitions: int = 50, rows: int = BANK_ROWS, own_processes: bool = True) -> list[Row]:
    """Time neighbours and regression against the paper's loop, torch.cdist and FAISS flat, each in its own process.

    The rows: "search" on embeddings of episodes, with a row for each peer, and "search/isotropic" on random ones.
    What is not installed is left out.

    Args:
        repetitions: Of each.
        rows: Of the bank, at least 10.
        own_processes: False: all in this one.
    """
    episodes = np.concatenate(list(episode_embeddings(rows)))
    rng = np.random.default_rng(0)
    random = rng.standard_normal((rows, EMBEDDING_SIZE), dtype=np.float32)
    near = random[rng.integers(0, rows, _QUERIES)] + 0.1 * rng.standard_normal((_QUERIES, EMBEDDING_SIZE))
    loop, *others = (name for name, (module, _) in PEERS.items() if find_spec(module))
    timer = time_in_own_processes if own_processes else time_made_here
    return [
        *_compare("search", [loop, *others], episodes, query_embeddings(_QUERIES), repetitions, timer),
        *_compare("search/isotropic", [loop], random, near.astype(np.float32), repetitions, timer),
    ]


def _compare(
    name: str, peers: Sequence[str], embeddings: FloatArray, queries: FloatArray, repetitions: int, timer: Timer
) -> list[Row]:
    """Return a row for each peer, after a check that the first one's answers are ours."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        write_problem(folder, embeddings, queries)
        ours = partial(next_answer, folder, exact_search)
        others = {peer: partial(next_answer, folder, PEERS[peer][1]) for peer in peers}
        mine, other = ours(), others[peers[0]]()
        for _ in range(_CHECKED):
            np.testing.assert_allclose(mine(), other(), atol=1e-5)
        return compare_all(name, {"exact": ours}, others, repetitions, timer=timer)


def search_1m_row(rows: int = 1_000_000, kind: str = "ivfpq", recall: float = 0.99, peer_queries: int = 5) -> Row:
    """Time a query to a mapped bank with a trained index, and measure recall, memory and loading.

    The bank is written to the temporary folder and removed afterwards: 8.2 GB for a million rows. The peer is the
    product of all rows with the query in NumPy, on the mapped file.

    Args:
        rows: Of the bank.
        kind: Of the index.
        recall: That the index is tuned for.
        peer_queries: Timed of the peer.

    Raises:
        InvalidInput: If the bank is too small for the index, the recall is not reached, or the disk has no room.
        MissingDependency: If FAISS is not installed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        needed, free = 2 * 4 * rows * EMBEDDING_SIZE, shutil.disk_usage(folder).free
        if needed > 0.9 * free:
            raise InvalidInput(
                f"{rows} rows take {needed / _GIB:.1f} GiB in {folder} for a while, which has {free / _GIB:.1f} GiB "
                "free; choose fewer rows, or set TMPDIR to a larger disk"
            )
        began_s = time.perf_counter()
        in_fresh_process(make_large_bank, folder, rows, kind, recall)
        build_s = time.perf_counter() - began_s
        queries = query_embeddings(_LARGE_QUERIES)
        embeddings = read_large_bank(folder).embeddings
        truth = true_neighbours(embeddings, queries, K)
        found: LargeSearch = in_fresh_process(ask_large_bank, folder, queries, truth)
        peer_ms = 1e3 * np.array([_product_s(embeddings, query) for query in queries[:peer_queries]])
    p10, p50, p90, p99 = np.percentile(found.times_ms, [10, 50, 90, 99])
    peer_p10, peer_p50, peer_p90 = np.percentile(peer_ms, [10, 50, 90])
    return Row(
        row="search_1m",
        ours={
            "p50": round(float(p50), 4), "p99": round(float(p99), 4), "n": len(queries), "rows": rows,
            "recall_at_10": round(found.recall, 4), "resident_mib": round(found.resident_mib, 1),
            "float32_mib": round(4 * rows * EMBEDDING_SIZE / 2**20, 1), "load_s": round(found.load_s, 3),
            "build_s": round(build_s, 1), "effort": found.settings["effort"], "candidates": found.settings["fetch"],
        },
        peer=round(float(peer_p50), 4),
        peer_name="NumPy, all rows times the query",
        ratio=round(float(peer_p50 / p50), 2),
        unit="ms",
        repetitions=len(queries),
        spread={"ours": [float(p10), float(p90)], "peer": [float(peer_p10), float(peer_p90)]},
    )  # fmt: skip


def make_large_bank(folder: Path, rows: int, kind: str, recall: float) -> None:
    """Write a bank of episodes and the index trained on it; for a process of its own.

    Raises:
        InvalidInput: If the index cannot be trained.
        MissingDependency: If FAISS is not installed.
    """
    source = folder / "embeddings.npy"
    write_embeddings(source, rows)
    episodes = np.arange(rows, dtype=np.int32) // FRAMES_PER_EPISODE
    bank = Bank(
        embeddings=np.load(source, mmap_mode="r"),
        directions=np.zeros((rows, 3), dtype=np.float32),
        gripper=np.zeros(rows, dtype=np.float32),
        demonstration=episodes,
        frame=np.arange(rows, dtype=np.int32) % FRAMES_PER_EPISODE,
        demonstration_names=tuple(f"episode_{number:06d}" for number in range(int(episodes[-1]) + 1)),
        encoder_id="episode_embeddings",
    )
    write_bank_file(folder / _BANK_FILE, bank)
    source.unlink()
    if kind != "exact":
        write_index(folder, train_index(bank, kind, recall).trained, bank.rows_id)


def read_large_bank(folder: Path) -> Bank:
    """Return what `make_large_bank` wrote."""
    return read_bank_file(folder / _BANK_FILE)


def ask_large_bank(folder: Path, queries: FloatArray, truth: NDArray[np.int64]) -> LargeSearch:
    """Load bank and index and time queries; for a process of its own.

    Args:
        folder: What `make_large_bank` wrote in.
        queries: (Q, 2048).
        truth: (Q, 10), the true neighbours' rows.

    Raises:
        InvalidInput: If the index cannot be read.
        MissingDependency: If FAISS is not installed, or the system does not tell a process's memory.
    """
    try:
        import faiss  # noqa: F401  # the library's own start is no part of loading a bundle
    except ImportError as error:
        raise MissingDependency(f"{error}; install it: pip install faiss-cpu") from error
    before_mib = resident_mib()
    began_s = time.perf_counter()
    bank = read_large_bank(folder)
    index: Index = open_index(folder, bank)
    load_s = time.perf_counter() - began_s
    for query in queries[:_WARM_UP]:
        index.query(query, K)
    times_ms, found = np.empty(len(queries)), 0
    for number, (query, expected) in enumerate(zip(queries, truth, strict=True)):
        began_s = time.perf_counter()
        answer = index.query(query, K)
        times_ms[number] = 1e3 * (time.perf_counter() - began_s)
        found += len(set(answer.rows.tolist()) & set(expected.tolist()))
    settings = index.trained.settings.to_dict() if isinstance(index, FaissIndex) else {"effort": 1, "fetch": K}
    return LargeSearch(load_s, resident_mib() - before_mib, times_ms, found / truth.size, settings)


def _product_s(embeddings: FloatArray, query: FloatArray) -> float:
    began_s = time.perf_counter()
    np.argpartition(embeddings @ query, K)
    return time.perf_counter() - began_s
