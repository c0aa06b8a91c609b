import logging
from pathlib import Path

import pytest

from vinn_training.bank import stored_index
from vinn_training.bank.index import ExactIndex
from vinn_training.bank.stored_index import has_index, open_index, read_settings, write_index
from vinn_training.exceptions import InvalidInput, MissingDependency

from .conftest import episode_bank


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pytest.importorskip("faiss")
    from vinn_training.bank.index_training import train_index

    bank = episode_bank(episodes=4)
    write_index(tmp_path, train_index(bank, "sq8", 0.5).trained, bank.rows_id)
    return tmp_path


def test_settings_and_rows_come_back_and_the_choice_is_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    bank = episode_bank(episodes=4)
    with caplog.at_level(logging.INFO, "vinn_training"):
        index = open_index(folder, bank)
    assert "search: sq8, 160 rows" in caplog.text
    assert index.query(bank.embeddings[77], 1).rows[0] == 77
    assert read_settings(folder, bank).recall_target == 0.5


def test_a_folder_without_an_index_is_searched_exactly(tmp_path: Path) -> None:
    assert not has_index(tmp_path)
    assert isinstance(open_index(tmp_path, episode_bank(episodes=1)), ExactIndex)


def test_an_index_of_other_rows_or_no_json_is_refused(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="row numbers would name other frames: build the index again"):
        open_index(folder, episode_bank(episodes=4, seed=1))
    for text in ("[1]", "{not json"):
        (folder / "index.json").write_text(text)
        with pytest.raises(InvalidInput, match=r"index\.json"):
            open_index(folder, episode_bank(episodes=4))


def test_large_banks_need_faiss(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    assert isinstance(open_index(folder, episode_bank(episodes=4)), ExactIndex)
    monkeypatch.setattr(stored_index, "EXACT_ROWS", 100)
    with pytest.raises(MissingDependency, match="pip install faiss-cpu"):
        open_index(folder, episode_bank(episodes=4))
