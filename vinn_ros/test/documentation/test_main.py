"""The generated parts of docs/."""

from __future__ import annotations

from pathlib import Path

import pytest

from vinn_ros.documentation.main import TABLES, main, rendered
from vinn_training.exceptions import InvalidInput

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = [path for path in sorted(DOCS.glob("*.md")) if "<!-- generated: " in path.read_text()]


def test_every_part_is_on_one_page():
    assert PAGES, f"no page of {DOCS} has a generated part"
    text = "".join(path.read_text() for path in PAGES)
    counts = {name: text.count(f"<!-- generated: {name} -->") for name in TABLES}
    assert set(counts.values()) == {1}, [name for name, count in counts.items() if count != 1]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_parts_are_as_the_code_is(page):
    text = page.read_text()
    assert rendered(text) == text, "write them anew: make docs"


def test_a_stale_table_is_written_anew_and_the_text_around_it_stays(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("before\n<!-- generated: faults of stretch_standin -->\n| stale row |\n<!-- end -->\nafter\n")
    assert main([str(path)]) == 0
    text = path.read_text()
    assert text.startswith("before\n<!-- generated")
    assert text.endswith("<!-- end -->\nafter\n")
    assert "stale row" not in text
    assert "fault.runstopped" in text
    written = path.stat()
    assert main([str(path)]) == 0
    assert path.read_text() == text
    assert path.stat().st_ino == written.st_ino, "a page that is current was written again"


def test_mistakes_are_named(tmp_path, capsys):
    with pytest.raises(InvalidInput, match="unknown table 'weather'; expected one of: parameters"):
        rendered("<!-- generated: weather -->\n<!-- end -->")
    assert main([str(tmp_path / "nothing.md")]) == 2
    assert "is no file" in capsys.readouterr().err
    assert main([]) == 2
