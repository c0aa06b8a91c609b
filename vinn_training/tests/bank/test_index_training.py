import numpy as np
import pytest

from vinn_training.bank import index_training
from vinn_training.bank.bank import Bank
from vinn_training.bank.index_training import measured_recall, train_index
from vinn_training.exceptions import InvalidInput

from .conftest import episode_bank


def test_what_cannot_be_trained_is_refused() -> None:
    pytest.importorskip("faiss")
    with pytest.raises(InvalidInput, match="needs 2000 rows to learn from, the bank has 40"):
        train_index(episode_bank(episodes=1), "ivfpq")
    with pytest.raises(InvalidInput, match="embeddings of 32 numbers or more, these have 16"):
        train_index(episode_bank(size=16), "hnsw")


def test_recall_is_that_of_frames_of_other_episodes() -> None:
    """A search that answers too little is measured as such, and no index is claimed to be better than it is."""
    pytest.importorskip("faiss")
    from vinn_training.bank.brute_force import nearest_elsewhere

    bank = episode_bank(episodes=10)
    index = train_index(bank, "flat", 1.0)
    assert index.trained.settings.recall == 1.0
    queries = np.arange(0, 400, 40)
    truth = nearest_elsewhere(bank.embeddings, bank.demonstration, queries, 10)
    assert measured_recall(index, bank, bank.demonstration, queries, truth) == (1.0, 0.0)
    nobody = truth._replace(distances=truth.distances * 0.0)
    assert measured_recall(index, bank, bank.demonstration, queries, nobody)[0] == 0.0


def test_a_recall_that_no_effort_reaches_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("faiss")
    monkeypatch.setitem(index_training._EFFORTS, "ivfpq", ((1, 10),))  # ten candidates of a single cluster
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2000, 32))  # nothing is near anything
    bank = Bank(
        rows, np.zeros((2000, 3)), np.zeros(2000), np.arange(2000) // 20, np.arange(2000) % 20,
        tuple(f"d{index}" for index in range(100)), "e",
    )  # fmt: skip
    with pytest.raises(InvalidInput, match=r"ivfpq finds 0\.\d+ of the true neighbours at most, asked for are 0\.99"):
        train_index(bank, "ivfpq", 0.99)
