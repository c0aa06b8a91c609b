from __future__ import annotations

import time

import numpy as np
import pytest

from vinn_training.bank.index import ExactIndex
from vinn_training.evaluation.benchmark import Row, compare, describe_machine, time_in_turn, to_markdown
from vinn_training.evaluation.benchmark_rows import paper_loop
from vinn_training.policy.knn import regress, softmin_weights


def test_functions_are_timed_in_turn_after_a_warm_up():
    calls = []
    timings = time_in_turn([lambda: calls.append("a"), lambda: calls.append("b")], repetitions=3, warm_up=1)
    assert calls == ["a", "b", "a", "b", "a", "b", "a", "b"]
    assert [timing.repetitions for timing in timings] == [3, 3]


def test_ratio_is_above_one_when_we_are_faster():
    row = compare("r", lambda: None, lambda: time.sleep(0.002), "a sleeper", repetitions=3)
    assert row.ratio > 1
    assert row.peer >= 2.0
    assert set(row.to_dict()) == {"row", "ours", "peer", "peer_name", "ratio", "unit", "repetitions", "spread"}


def test_table_shows_a_peer_or_its_absence():
    with_peer = Row("search", 1.0, 50.0, "a loop", 50.0, "ms", 20, {})
    alone = Row("image_to_command", {"p50": 20.0, "p99": 40.0}, None, "", None, "ms", 100, {})
    text = to_markdown([with_peer, alone])
    assert "| search | 1 ms | 50 ms (a loop) | 50 | 20 |" in text
    assert "| image_to_command | p50 20, p99 40 ms | - | - | 100 |" in text
    assert describe_machine()["cores"] >= 1


def test_the_peer_of_the_search_row_is_the_same_regression():
    rng = np.random.default_rng(1)
    embeddings = rng.normal(size=(50, 8)).astype(np.float32)
    directions = rng.normal(size=(50, 3)).astype(np.float32)
    query = rng.normal(size=8).astype(np.float32)
    nearest = ExactIndex(embeddings).query(query, 5)
    ours = regress(directions[nearest.rows], softmin_weights(nearest.distances, 1.0))
    assert paper_loop(query, embeddings, directions, 5) == pytest.approx(ours, abs=1e-6)
