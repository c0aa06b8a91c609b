from __future__ import annotations

import pytest

from vinn_ros.documentation.markdown import table, value


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (True, "true"), (3, "3"), (0.05, "0.05"), (1e6, "1e+06"), ("", "empty"), ("step", "`step`"),
        ([0.1, 2.0], "[0.1, 2]"), (("a", "b"), "[`a`, `b`]"),
    ],
)  # fmt: skip
def test_values_read_as_people_write_them(content, text):
    assert value(content) == text


def test_a_bar_in_a_cell_does_not_end_it():
    assert table(("a", "b"), [("x|y", "z")]) == "| a | b |\n| --- | --- |\n| x\\|y | z |\n"
