from __future__ import annotations

import pytest

from vinn_ros.stretch_standin.trials.report import markdown, summary
from vinn_ros.stretch_standin.trials.verdict import Verdict


def verdict(kind, stop_s, problems=(), recovery_s=0.5, crossed_m=0.004):
    return Verdict(kind, {"image": "black"}, stop_s is not None, stop_s, "", 0, crossed_m, recovery_s, 0.0123, problems)


VERDICTS = [
    *(verdict("images black", 0.1 + 0.001 * index) for index in range(101)),
    verdict("runstop", 0.3, ("moved until 300 ms after the last good input; limit 200 ms",), recovery_s=None),
    verdict("slow joints", None, crossed_m=None),
]


def test_percentiles_and_counts():
    result = summary(VERDICTS, 0.2)
    black = result["by_kind"]["images black"]
    assert (black["stop_ms_p50"], black["stop_ms_p99"], black["stop_ms_max"]) == (150.0, 199.0, 200.0)
    assert (black["over_limit"], black["failed"], black["timed_stops"]) == (0, 0, 101)
    assert result["by_kind"]["runstop"]["over_limit"] == 1
    assert result["by_kind"]["runstop"]["recovery_s_max"] is None
    assert result["by_kind"]["slow joints"]["stop_ms_max"] is None
    assert result["all"]["trials"] == 103
    assert result["all"]["failed"] == 1
    assert result["all"]["crossed_m_max"] == pytest.approx(0.004)


def test_the_table_has_a_row_for_each_kind_and_names_what_failed():
    content = {
        "config": {
            "limit_s": 0.2,
            "seed": 3,
            "mode": "continuous",
            "bundle": None,
            "deadlines": {"max_image_age_s": 0.15},
        },
        "machine": "Linux, 2 cores",
        "load": {"median": 1.5, "max": 4.0},
        "unexplained_stops": 4,
        "summary": summary(VERDICTS, 0.2),
        "trials": [verdict.content() for verdict in VERDICTS],
    }
    text = markdown(content)
    assert "seed 3, mode continuous, on Linux, 2 cores, whose load average (1 min) had median 1.5 and maximum 4" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert len(rows) == 2 + 3 + 1
    assert "| images black | stop | 101 | 101 | 150.0 | 199.0 | 200.0 | 0 | 0 | 0.004 | 0.5 | 12.3 | 0 |" in rows
    assert "- runstop {'image': 'black'}: moved until 300 ms" in text
    assert "Stops before any fault, for deadlines that the machine missed: 4." in text
