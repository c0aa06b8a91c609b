from __future__ import annotations

from measurements import measurement

from vinn_ros.latency.path_table import path_markdown


def cells(text, first):
    """The cells of the row that begins with `first`, in each table."""
    lines = [line.strip("|\n ").split(" | ") for line in text.splitlines()]
    return [line[1:] for line in lines if line[0] == first]


def test_each_way_has_its_latencies_frames_and_processes():
    ways = {"separate": measurement(), "composed": measurement((8.0, 9.0, 10.0), ("perception_policy",))}
    text = path_markdown(ways)
    latencies, frames, processors = cells(text, "separate")
    assert latencies == ["1.0 / 1.0", "5.0 / 5.0", "2.0 / 2.0", "5.0 / 7.0", "12.0 / 14.0"]
    assert frames == ["3", "3", "0", "3", "0", "0", "0", "3", "0", "3 of 3", "0", "27.65"]
    assert processors == ["12, 150 MB", "12, 150 MB", "-", "50"]
    assert cells(text, "composed")[2] == ["-", "-", "12, 150 MB", "50"]
    heads = [line for line in text.splitlines() if line.startswith("| % of a core")]
    assert heads == ["| % of a core, memory | perception | policy | perception_policy | others |"]


def test_all_rows_of_a_table_are_as_long_as_its_head():
    lines = path_markdown({"one": measurement(), "two": measurement(())}).splitlines()
    tables = "\n".join(lines).split("\n\n")
    assert len(tables) == 3
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1
