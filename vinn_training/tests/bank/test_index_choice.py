import sys

import pytest

from vinn_training.bank.index_choice import EXACT_ROWS, check_wanted, choose_index
from vinn_training.exceptions import InvalidInput, MissingDependency


def test_the_choice_follows_size_and_recall() -> None:
    pytest.importorskip("faiss")
    assert choose_index(EXACT_ROWS, 0.9).kind == "exact"
    assert choose_index(EXACT_ROWS + 1, 0.99).kind == "ivfpq"
    assert choose_index(10**9, 1.0).kind == "exact"
    assert choose_index(5000, 0.9, "hnsw").kind == "hnsw"
    assert choose_index(10**6, 0.9, "exact") == ("exact", "as asked for")


def test_without_faiss_auto_is_exact_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    choice = choose_index(10**6, 0.9)
    assert choice.kind == "exact"
    assert "pip install faiss-cpu" in choice.reason
    with pytest.raises(MissingDependency, match="pip install faiss-cpu"):
        check_wanted("sq8", 0.9)


def test_refusals() -> None:
    for recall in (0.0, 1.5, float("nan")):
        with pytest.raises(InvalidInput, match="recall is"):
            choose_index(10, recall)
    with pytest.raises(InvalidInput, match="expected one of: auto, exact, flat, sq8, hnsw, ivfpq"):
        choose_index(10, 0.9, "annoy")
