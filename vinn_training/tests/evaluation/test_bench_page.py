import json
from pathlib import Path

import pytest

from vinn_training.evaluation.bench_page import blocks_of, main
from vinn_training.evaluation.benchmark import Row
from vinn_training.evaluation.generated_blocks import replaced_blocks
from vinn_training.evaluation.machine import describe_machine
from vinn_training.exceptions import InvalidInput

PAGE = "before\n<!-- table: rows -->\nold\n<!-- end -->\nbetween\n<!-- table: scaling -->\nold curves\n<!-- end -->\n"
ROW = Row("search", 1.0, 50.0, "a loop", 50.0, "ms", 20, {})


@pytest.fixture
def results(tmp_path):
    machine = {**describe_machine(), "load_at_start": 0.1, "load_at_end": 1.5}
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"machine": machine, "rows": [ROW.to_dict()]}))
    return path


def test_the_table_is_replaced_and_the_text_around_it_stays(tmp_path, results):
    page = tmp_path / "speed.md"
    page.write_text(PAGE)
    assert main([str(page), str(results)]) == 0
    text = page.read_text()
    assert "| search | 1 ms | 50 ms (a loop) | 50 | 20 |" in text
    assert "load 0.1 before and 1.5 after" in text
    assert text.startswith("before\n<!-- table: rows -->\n")
    assert "<!-- end -->\nbetween\n" in text
    assert "old curves" in text
    assert main([str(page), str(results)]) == 0
    assert page.read_text() == text


def test_curves_are_drawn_beside_the_document(tmp_path):
    pytest.importorskip("matplotlib")
    results = tmp_path / "scaling.json"
    results.write_text(json.dumps({"machine": describe_machine(), "banks": [], "demonstrations": []}))
    page = tmp_path / "docs" / "speed.md"
    page.parent.mkdir()
    page.write_text(PAGE)
    assert main([str(page), str(results)]) == 0
    assert (page.parent / "scaling.png").read_bytes().startswith(b"\x89PNG")
    assert "old curves" not in page.read_text()
    assert "](scaling.png)" in page.read_text()


def test_mistakes_are_named(tmp_path, results, capsys):
    with pytest.raises(InvalidInput, match="no results of `vinn bench`"):
        blocks_of({"machine": describe_machine()})
    assert main([str(tmp_path / "none.md"), str(results)]) == 2
    assert "is no file" in capsys.readouterr().err
    page = tmp_path / "speed.md"
    page.write_text(PAGE)
    assert main([str(page), str(tmp_path / "none.json")]) == 2
    assert "cannot be read as JSON" in capsys.readouterr().err
    assert page.read_text() == PAGE
    assert main([str(page)]) == 2


DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "speed.md"


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the tests are installed without the repository's docs")
def test_the_document_has_a_place_for_every_table():
    assert replaced_blocks(DOCUMENT.read_text(), {"rows": "x\n", "scaling": "y\n"}).count("<!-- end -->") == 2
