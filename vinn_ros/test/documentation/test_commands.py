from __future__ import annotations

import re
from pathlib import Path

from vinn_ros.documentation.commands import EXECUTABLES, PAGES, executable_table, vinn_table
from vinn_training.cli.main import SUBCOMMANDS

SETUP = Path(__file__).resolve().parents[2] / "setup.py"


def test_every_vinn_command_has_a_row_and_a_page():
    assert set(PAGES) == set(SUBCOMMANDS), "name its page in documentation/commands.py"
    rows = [row for row in vinn_table().splitlines() if row.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [f"vinn {name}" for name in SUBCOMMANDS]
    assert all(re.search(r"\]\(\w+\.md(#[\w-]+)?\) \|$", row) for row in rows)


def test_every_executable_has_a_row_and_a_page():
    assert set(EXECUTABLES) == set(re.findall(r'"(\w+) = vinn_ros\.', SETUP.read_text()))
    rows = [row for row in executable_table().splitlines() if row.startswith("| `")]
    assert [row.split("`")[1].split()[-1] for row in rows] == sorted(EXECUTABLES)
    assert all(re.search(r"\]\(\w+\.md(#[\w-]+)?\) \|$", row) for row in rows)
