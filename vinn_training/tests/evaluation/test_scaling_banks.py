import shutil

import numpy as np
import pytest

from vinn_training.evaluation import scaling_banks
from vinn_training.evaluation.episode_embeddings import query_embeddings
from vinn_training.evaluation.scaling_banks import (
    bank_points,
    measure_kind,
    planned,
    train_kind,
    true_neighbours,
    write_embeddings,
)
from vinn_training.evaluation.scaling_kinds import INDEX_KINDS, IndexKind
from vinn_training.exceptions import InvalidInput


def test_true_neighbours_are_those_of_a_plain_sort(monkeypatch):
    monkeypatch.setattr(scaling_banks, "_BLOCK", 7)
    rng = np.random.default_rng(0)
    rows, queries = rng.normal(size=(50, 8)).astype(np.float32), rng.normal(size=(3, 8)).astype(np.float32)
    for query, found in zip(queries, true_neighbours(rows, queries, 10), strict=True):
        assert set(found) == set(np.argsort(np.linalg.norm(rows - query, axis=1))[:10])
    assert true_neighbours(rows[:4], queries, 10).shape == (3, 4)


#: Those that learn clusters or a graph take long on a busy machine.
SLOW = ("hnsw", "ivfpq")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.full] if kind in SLOW else []) for kind in INDEX_KINDS]
)
def test_every_kind_finds_neighbours_and_tells_its_cost(kind, tmp_path):
    if kind not in ("exact", "the paper's loop (peer)"):
        pytest.importorskip("faiss")
    rows = max(300, INDEX_KINDS[kind].least_rows)
    path = tmp_path / "embeddings.npy"
    write_embeddings(path, rows)
    assert np.load(path, mmap_mode="r").shape == (rows, 2048)
    queries = query_embeddings(4)
    truth = true_neighbours(np.load(path), queries, 10)
    settings, train_s = train_kind(kind, path, rows)
    point = measure_kind(kind, path, rows, queries, truth, settings, train_s)
    assert (point.kind, point.rows, point.queries) == (kind, rows, 4)
    assert point.recall_at_10 >= 0.9
    assert 0 < point.p50_ms <= point.p90_ms
    assert point.open_s > 0
    assert (point.train_s > 0) == (INDEX_KINDS[kind].train is not None)


def test_an_index_that_finds_nothing_has_no_recall(tmp_path, monkeypatch):
    path = tmp_path / "embeddings.npy"
    write_embeddings(path, 100)
    wrong = IndexKind(lambda *_: lambda query, k: np.full(k, -1))
    monkeypatch.setattr(scaling_banks, "INDEX_KINDS", {"wrong": wrong})
    point = measure_kind("wrong", path, 100, query_embeddings(2), np.zeros((2, 10), dtype=np.int64), None, 0.0)
    assert point.recall_at_10 == 0.0


def test_a_kind_that_cannot_be_measured_is_told_and_the_others_go_on(monkeypatch):
    def apart(function, kind, path, rows, *_):
        if function is train_kind:
            return None, 0.0
        if kind == "exact":
            raise InvalidInput("no memory")
        return kind, rows

    monkeypatch.setattr(scaling_banks, "in_fresh_process", apart)
    kinds = {"exact": IndexKind(None), "other": IndexKind(None), "large": IndexKind(None, least_rows=60)}
    monkeypatch.setattr(scaling_banks, "INDEX_KINDS", kinds)
    told = []
    points = list(bank_points([60, 30], tuple(kinds), told.append))
    assert points == [("other", 30), ("other", 60), ("large", 60)]
    assert "exact at 30 rows was not measured: no memory" in told


def test_sizes_that_cannot_be_used_are_refused(monkeypatch):
    with pytest.raises(InvalidInput, match=r"bank sizes are \[5, 100\]; expected one or more of at least 10 rows"):
        planned([100, 5], ["exact"])
    with pytest.raises(InvalidInput, match=r"bank sizes are \[\]"):
        list(bank_points([], ["exact"], print))
    with pytest.raises(InvalidInput, match="unknown index 'hsnw'; expected some of: exact, sq8"):
        planned([100], ["hsnw"])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 2**30))
    with pytest.raises(InvalidInput, match=r"1,000,000 rows and an index take 11.4 GiB in .* which has 1.0 GiB"):
        list(bank_points([1_000_000], ["exact"], print))
