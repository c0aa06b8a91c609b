"""Bags that name their types and do not define them, as ROS 2 Humble writes them."""

from __future__ import annotations

import sqlite3

import pytest

from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.replay import message_definitions
from vinn_training.replay.session import SessionOptions, read_session

from .conftest import MESSAGES


@pytest.fixture
def humble(bag, tmp_path):
    """A bag of one action without definitions."""
    bag.action(0.0, neighbors=[("a", 4, 0.5, 1.0)], bank_version=3)
    path = bag.write(tmp_path / "bag")
    (file,) = path.glob("*.db3")
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM message_definitions")
    return path


def test_the_definitions_beside_this_package_are_taken(humble):
    session = read_session(humble, images="unwanted")
    (action,) = session.actions
    assert (action.neighbors[0].frame, action.bank_version, action.settings.k) == (4, 3, 10)
    assert "does not define the messages of /action" in " ".join(session.notes)


def test_an_installed_package_goes_first(humble, tmp_path, monkeypatch):
    installed = tmp_path / "prefix" / "share" / "vinn_msgs" / "msg"
    installed.mkdir(parents=True)
    for path in MESSAGES.glob("*.msg"):
        (installed / path.name).write_text(path.read_text())
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"/nowhere:{tmp_path / 'prefix'}")
    assert str(installed) in " ".join(read_session(humble, images="unwanted").notes)


def test_without_any_definitions_the_message_says_what_to_do(humble, monkeypatch):
    monkeypatch.setattr(message_definitions, "_find_folder", lambda: None)
    with pytest.raises(InvalidDemonstration, match="source a workspace with vinn_msgs, or name the folder"):
        read_session(humble, images="unwanted")


def test_a_folder_without_definitions_is_refused(humble, tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(InvalidInput, match=r"holds no \.msg file"):
        read_session(humble, SessionOptions(messages=tmp_path / "none"), images="unwanted")
    (tmp_path / "none" / "Other.msg").write_text("bool data\n")
    with pytest.raises(InvalidDemonstration, match="neither the bag nor"):
        read_session(humble, SessionOptions(messages=tmp_path / "none"), images="unwanted")
