from __future__ import annotations

import time

import pytest

from vinn_training.evaluation.benchmark import Row, compare, compare_all, time_in_turn, to_columns, to_markdown
from vinn_training.exceptions import InvalidInput

WITH_PEER = Row(
    "search", 1.0, 50.0, "a loop", 50.0, "ms", 20, {"ours": [0.9, 1.2], "peer": [49.0, 60.0]}, [0.1, 0.9], 0.2
)
ALONE = Row("image_to_command", {"p50": 20.0, "p99": 40.0}, None, "", None, "ms", 100, {"ours": [18.0, 30.0]})
FAILED = Row.failed("search_1m", "needs faiss-cpu |\n or so")


def test_functions_are_timed_in_turn_after_a_warm_up():
    calls = []
    timings = time_in_turn([lambda: calls.append("a"), lambda: calls.append("b")], repetitions=3, warm_up=1)
    assert calls == ["a", "b", "a", "b", "a", "b", "a", "b"]
    assert [timing.repetitions for timing in timings] == [3, 3]
    with pytest.raises(InvalidInput, match="1 functions, 0 repetitions"):
        time_in_turn([lambda: None], repetitions=0)


def test_the_median_is_not_moved_by_one_slow_call():
    waits_s = iter([0.0, 0.0, 0.2, 0.0, 0.0])
    (timing,) = time_in_turn([lambda: time.sleep(next(waits_s))], repetitions=5, warm_up=0)
    assert timing.median_ms < 100 < timing.p90_ms * 2


def test_ratio_is_above_one_when_we_are_faster():
    row = compare("r", lambda: None, lambda: time.sleep(0.002), "a sleeper", repetitions=3)
    assert row.ratio > 1
    assert row.peer >= 2.0
    keys = {"row", "ours", "peer", "peer_name", "ratio", "unit", "repetitions", "spread"}
    assert keys <= set(row.to_dict())


def test_every_one_of_ours_stands_beside_every_peer_and_the_first_pair_has_the_plain_name():
    calls = []
    rows = compare_all(
        "search",
        {"exact": lambda: calls.append("e"), "hnsw": lambda: calls.append("h")},
        {"a loop": lambda: time.sleep(0.002), "torch": lambda: None},
        repetitions=2,
        warm_up=0,
    )
    assert [row.row for row in rows] == ["search", "search/torch", "search/hnsw", "search/hnsw/torch"]
    assert [row.peer_name for row in rows] == ["a loop", "torch", "a loop", "torch"]
    assert calls == ["e", "h", "e", "h"]
    assert rows[0].peer == rows[2].peer >= 2.0


def test_table_shows_a_peer_or_its_absence_or_why_there_is_no_number():
    text = to_markdown([WITH_PEER, ALONE, FAILED])
    assert "| search | 1 ms | 50 ms (a loop) | 50 | 20 |" in text
    assert "| image_to_command | p50 20, p99 40 ms | - | - | 100 |" in text
    assert "| search_1m | not measured: needs faiss-cpu \\| or so | - | - | - |" in text
    assert {line.replace("\\|", "").count("|") for line in text.splitlines()} == {6}


def test_a_spreadsheet_has_one_number_a_column():
    with_peer, alone, failed = to_columns([WITH_PEER, ALONE, FAILED])
    assert (with_peer["ours"], with_peer["peer_p90"], with_peer["load_after"], with_peer["busy_elsewhere"]) == (
        1.0, 60.0, 0.9, 0.2,
    )  # fmt: skip
    assert (alone["ours"], alone["ours_p99"], alone["peer"], alone["peer_p10"]) == (20.0, 40.0, None, None)
    assert failed["ours"] is None
    assert failed["error"].startswith("needs faiss-cpu")
    assert with_peer.keys() == alone.keys() == failed.keys()
