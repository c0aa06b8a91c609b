import math

import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.sim import textures
from vinn_training.sim.table_looks import (
    HELD_OUT_PALETTE,
    HELD_OUT_TABLES,
    TRAINING_PALETTE,
    TRAINING_TABLES,
    table_look_named,
)

ALL = TRAINING_TABLES + HELD_OUT_TABLES
CIRCLE = (0.79, 0.10, 0.10)


def test_no_held_out_look_is_in_training() -> None:
    assert len(TRAINING_TABLES) >= 9
    assert len(HELD_OUT_TABLES) >= 4
    assert len({look.name for look in ALL}) == len({(look.finish, look.top) for look in ALL}) == len(ALL)
    assert not set(TRAINING_PALETTE.colors) & set(HELD_OUT_PALETTE.colors)


@pytest.mark.parametrize("palette", [TRAINING_PALETTE, HELD_OUT_PALETTE], ids=["training", "held-out"])
def test_things_can_be_drawn_and_none_looks_like_the_circle(palette) -> None:
    assert set(palette.finishes) <= set(textures.FINISHES + textures.PATTERNS)
    assert min(math.dist(color, CIRCLE) for color in palette.colors + palette.inks) > 0.35


def test_tables_can_be_drawn_and_found() -> None:
    for look in ALL:
        assert table_look_named(look.name) is look
        assert look.finish in textures.FINISHES
        assert math.dist(look.top, CIRCLE) > 0.35
    with pytest.raises(SimulationError, match=r"'teak'.*beech.*held_out_mint"):
        table_look_named("teak")
