from pathlib import Path

import numpy as np
import pytest

from vinn_training.bank.trained_search import SearchSettings, TrainedSearch, read_searcher, write_searcher
from vinn_training.exceptions import InvalidInput


def test_settings() -> None:
    settings = SearchSettings("hnsw", 64, 128, 0.995, 0.99)
    assert SearchSettings.from_dict(settings.to_dict()) == settings
    for values, words in (
        ({**settings.to_dict(), "kind": "magic"}, "expected one of: flat, sq8, hnsw, ivfpq"),
        ({**settings.to_dict(), "fetch": 0}, "out of range"),
        ({"kind": "hnsw"}, "'fetch'"),
    ):
        with pytest.raises(InvalidInput, match=words):
            SearchSettings.from_dict(values)


def test_files_keep_rows_and_order(tmp_path: Path) -> None:
    faiss = pytest.importorskip("faiss")
    rows = np.eye(4, dtype=np.float32)
    trained = TrainedSearch(faiss.IndexFlatL2(4), SearchSettings("flat", 4)).extended(rows[:1]).extended(rows[1:])
    assert len(trained) == 4
    write_searcher(trained.searcher, tmp_path / "index.faiss")
    assert read_searcher(tmp_path / "index.faiss").search(rows[2:3], 1)[1][0, 0] == 2
    with pytest.raises(InvalidInput, match=r"nowhere.*FAISS cannot write"):
        write_searcher(trained.searcher, tmp_path / "nowhere" / "index.faiss")
    with pytest.raises(InvalidInput, match="4 numbers a row, the rows have 3"):
        trained.extended(rows[:, :3])


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("faiss")
    (tmp_path / "index.faiss").write_bytes(b"no index")
    with pytest.raises(InvalidInput, match="FAISS cannot read"):
        read_searcher(tmp_path / "index.faiss")
