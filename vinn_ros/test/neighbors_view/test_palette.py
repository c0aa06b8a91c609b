from __future__ import annotations

from itertools import combinations

import pytest

from vinn_ros.neighbors_view import palette

MEANINGS = [palette.ACTION, palette.SENT, palette.HOLD, palette.ACTING, *palette.GRIPPER.values()]


@pytest.mark.parametrize(("one", "other"), list(combinations(MEANINGS, 2)))
def test_no_two_meanings_look_alike(one, other):
    assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 90


def test_a_mixture_lies_between():
    assert palette.mixed((0, 100, 200), (100, 0, 0), 0.5) == (50, 50, 100)
    assert palette.mixed(palette.HOLD, palette.INK, 1.0) == palette.HOLD
