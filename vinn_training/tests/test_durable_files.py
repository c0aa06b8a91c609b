from __future__ import annotations

import os

import pytest

from vinn_training.durable_files import check_replaceable, replace_file, replaced_folder, write_file
from vinn_training.exceptions import InvalidInput


def test_replaces_what_was_there(tmp_path):
    path = tmp_path / "file"
    replace_file(path, b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "file"
    write_file(path, b"old")

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="no space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_takes_the_place_of_the_old_one(tmp_path):
    path = tmp_path / "made" / "folder"
    for name in ("old", "new"):
        with replaced_folder(path) as folder:
            assert not list(folder.iterdir())
            write_file(folder / name, b"")
    assert [entry.name for entry in path.iterdir()] == ["new"]
    assert [entry.name for entry in path.parent.iterdir()] == ["folder"]


@pytest.mark.parametrize("step", ["fsync", "rename", "block"])
def test_a_failure_leaves_the_old_folder_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "folder"
    with replaced_folder(path) as folder:
        write_file(folder / "old", b"")
    real = os.rename

    def full(*arguments):
        if step == "fsync" or ".partial" in str(arguments[0]):
            raise OSError("no space left on device")
        real(*arguments)

    def fill():
        with replaced_folder(path):
            if step == "block":
                raise OSError("no space left on device")
            monkeypatch.setattr(os, step, full)

    with pytest.raises(OSError, match="no space"):
        fill()
    assert [entry.name for entry in path.iterdir()] == ["old"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_only_an_earlier_result_or_an_empty_folder_may_be_replaced(tmp_path):
    check_replaceable(tmp_path / "new", "mark.json", "a result")
    check_replaceable(tmp_path, "mark.json", "a result")
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(InvalidInput, match=r"is not a result; expected a new folder, or a result to replace"):
        check_replaceable(tmp_path, "mark.json", "a result")
    with pytest.raises(InvalidInput, match="is not a result"):
        check_replaceable(tmp_path / "thesis.tex", "mark.json", "a result")
    (tmp_path / "mark.json").write_text("")
    check_replaceable(tmp_path, "mark.json", "a result")
