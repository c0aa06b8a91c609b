from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("faiss")

from vinn_training.bank.bank import Bank
from vinn_training.bank.faiss_index import FaissIndex
from vinn_training.bank.index import ExactIndex, RowFilter
from vinn_training.bank.index_training import train_index
from vinn_training.bank.trained_search import TrainedSearch, read_searcher, write_searcher
from vinn_training.exceptions import InvalidInput, MissingDependency

from .conftest import episode_bank

KINDS = ("flat", "sq8", "hnsw", "ivfpq")


@pytest.fixture(scope="module")
def bank() -> Bank:
    return episode_bank()


@pytest.fixture(scope="module")
def indices(bank: Bank) -> dict[str, FaissIndex]:
    return {kind: train_index(bank, kind, 0.9) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_finds_the_true_neighbours_with_exact_distances(bank: Bank, indices: dict[str, FaissIndex], kind: str) -> None:
    index, exact = indices[kind], ExactIndex(bank.embeddings)
    assert index.trained.settings.recall >= 0.9
    shares = []
    for row in range(0, len(bank), 61):
        query = bank.embeddings[row] + np.float32(0.01)
        found, expected = index.query(query, 10), exact.query(query, 10)
        assert (np.diff(found.distances) >= 0).all()
        differences = bank.embeddings[found.rows].astype(np.float64) - query.astype(np.float64)
        np.testing.assert_allclose(found.distances, np.linalg.norm(differences, axis=1), rtol=1e-12)
        shares.append(len(set(found.rows) & set(expected.rows)) / 10)
    assert np.mean(shares) >= 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_filtered_rows_are_never_answered_and_enough_are_found(
    bank: Bank, indices: dict[str, FaissIndex], kind: str
) -> None:
    keep = RowFilter(bank.demonstration == 7)  # all that is near the query is hidden
    expected = np.flatnonzero(keep.mask)
    for k in (10, len(expected), 1000):
        found = indices[kind].query(bank.embeddings[0], k, keep)
        assert len(found.rows) == min(k, len(expected))
        assert set(found.rows) <= set(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_added_rows_are_found_without_training(
    bank: Bank, indices: dict[str, FaissIndex], kind: str, tmp_path: Path
) -> None:
    new = bank.embeddings[:3] + np.float32(50.0)
    longer = indices[kind].trained.extended(new)
    assert (len(longer), len(indices[kind].trained)) == (len(bank) + 3, len(bank))
    write_searcher(longer.searcher, tmp_path / "index.faiss")
    trained = TrainedSearch(read_searcher(tmp_path / "index.faiss"), longer.settings)
    index = FaissIndex(trained, np.concatenate([bank.embeddings, new]))
    assert index.query(new[1], 1).rows[0] == len(bank) + 1
    with pytest.raises(InvalidInput, match="64 numbers a row, the rows have 3"):
        longer.extended(np.zeros((1, 3), dtype=np.float32))


def test_refusals(bank: Bank, indices: dict[str, FaissIndex]) -> None:
    index = indices["flat"]
    with pytest.raises(InvalidInput, match=r"expected \(64,\)"):
        index.query(np.zeros(3), 1)
    with pytest.raises(InvalidInput, match="k is 0"):
        index.query(bank.embeddings[0], 0)
    with pytest.raises(InvalidInput, match="the bank has 5 of 64"):
        FaissIndex(index.trained, bank.embeddings[:5])


def test_without_faiss_the_message_says_how_to_install_it(
    bank: Bank, indices: dict[str, FaissIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    with pytest.raises(MissingDependency, match="pip install faiss-cpu"):
        FaissIndex(indices["flat"].trained, bank.embeddings)
