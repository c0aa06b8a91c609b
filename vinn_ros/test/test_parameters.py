from __future__ import annotations

import pytest

from vinn_ros.parameters import ParameterSpec


@pytest.mark.parametrize(
    ("spec", "value", "reason"),
    [
        (ParameterSpec("k", 10, "", minimum=1, maximum=20), 21, "k is 21; expected a number from 1 to 20"),
        (ParameterSpec("t", 1.0, "", minimum=0.0, maximum=1.0), float("nan"), "t is nan"),
        (ParameterSpec("c", [0.5, 0.5], "", minimum=0.0, maximum=1.0, length=2), [0.5, 2.0], "for each element"),
        (ParameterSpec("c", [0.5, 0.5], "", length=2), [0.5], "has 1 elements; expected 2"),
        (ParameterSpec("m", "a", "", choices=("a", "b")), "c", "m is 'c'; expected one of: a, b"),
    ],
)
def test_problems_name_what_was_received_and_expected(spec, value, reason):
    assert reason in spec.problem(value)
    assert spec.problem(spec.default) is None


def test_descriptor_shows_description_bounds_and_whether_it_is_live():
    live = ParameterSpec("k", 10, "Neighbours.", minimum=1, maximum=20, live=True).descriptor()
    assert (live.description, live.read_only) == ("Neighbours.", False)
    assert (live.integer_range[0].from_value, live.integer_range[0].to_value) == (1, 20)
    fixed = ParameterSpec("c", [0.5, 0.5], "Scale.", minimum=0.0, maximum=1.0, length=2).descriptor()
    assert fixed.read_only
    assert "2 elements" in fixed.additional_constraints
