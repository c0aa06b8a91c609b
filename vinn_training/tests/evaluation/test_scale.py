from pathlib import Path

import pytest

from vinn_training.evaluation.generated_blocks import replaced_blocks
from vinn_training.evaluation.scale import (
    TABLES,
    discovery_table,
    fleet_table,
    main,
    memory_table,
    search_table,
    servers,
)

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "scale.md"


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the tests are installed without the repository's docs")
def test_the_document_says_what_is_calculated():
    text = DOCUMENT.read_text()
    tables = {name: table() for name, table in TABLES.items()}
    assert replaced_blocks(text, tables) == text, (
        "write it anew: python -m vinn_training.evaluation.scale docs/scale.md"
    )


def cells(table: str, first: str) -> list[str]:
    (line,) = (line for line in table.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_memory_is_bytes_times_rows():
    assert cells(memory_table(), "float32") == [
        "float32", "8192", "8.19 GB", "81.9 GB", "819 GB", "8.19 TB", "41",
    ]  # fmt: skip
    assert servers(1e9, 200) == 1
    assert servers(1e9, 201) == 2


def test_a_query_of_the_largest_bank_scans_a_small_part_of_it():
    _, a_cluster, scanned, code_bytes, _, _ = cells(search_table(), "10^9")
    assert (a_cluster, scanned, code_bytes) == ("954", "61,035", "3.91 MB")  # 10^9 / 2^20, times 64, times 64 bytes


def test_queries_of_a_fleet_fill_a_link():
    assert cells(fleet_table(), "1,000")[1:] == ["30,000", "983 Mbit/s", "67.2 Mbit/s"]  # 30,000 x 4,096 x 8


def test_discovery_grows_with_the_square_and_a_server_with_the_robots():
    one, ten, hundred = (cells(discovery_table(), robots) for robots in ("1", "10", "100"))
    assert [row[1] for row in (one, ten, hundred)] == ["4", "40", "400"]
    assert ten[2] == "1,560"
    assert (ten[5], hundred[5]) == ("38.9 MB", "3.98 GB")
    assert (ten[6], hundred[6]) == ("998 kB", "9.98 MB")


def test_mistakes_are_named(tmp_path, capsys):
    assert main([]) == 2
    assert main([str(tmp_path / "none.md")]) == 2
    assert "is no file" in capsys.readouterr().err
    (tmp_path / "a.md").write_text("no tables")
    assert main([str(tmp_path / "a.md")]) == 2
    assert "no place for the table 'memory'" in capsys.readouterr().err
