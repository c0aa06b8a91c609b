from pathlib import Path

import pytest

from vinn_training.evaluation.search_benchmark import search_1m_row, search_rows
from vinn_training.exceptions import InvalidInput


def test_every_peer_is_measured_in_the_same_run() -> None:
    rows = search_rows(repetitions=1, rows=600, own_processes=False)
    names = [row.row for row in rows]
    assert names[0] == "search"
    assert names[-1] == "search/isotropic"
    for row in rows:
        assert isinstance(row.ours, float)
        assert row.peer is not None
        assert row.ratio == pytest.approx(row.peer / row.ours, rel=0.05, abs=0.05)


def test_a_large_bank_is_made_searched_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("faiss")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    row = search_1m_row(2000, kind="flat", peer_queries=1)
    assert isinstance(row.ours, dict)
    assert (row.ours["rows"], row.ours["recall_at_10"]) == (2000, 1.0)
    assert 0.0 < row.ours["p50"] <= row.ours["p99"]
    assert list(tmp_path.iterdir()) == []


def test_no_room_is_told_before_anything_is_written() -> None:
    with pytest.raises(InvalidInput, match="set TMPDIR to a larger disk"):
        search_1m_row(10**9)
