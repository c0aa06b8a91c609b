import math

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.table_draws import begin_draw, draw_look, draw_start
from vinn_training.sim.table_looks import HELD_OUT_TABLES, TRAINING_TABLES


def test_seeds_in_a_row_go_round_the_tables_of_their_set() -> None:
    names = [begin_draw("training", seed, 1).table.name for seed in range(len(TRAINING_TABLES) + 1)]
    assert set(names) == {look.name for look in TRAINING_TABLES}
    assert names[0] == names[-1]
    assert begin_draw("held-out", 2, 1).table in HELD_OUT_TABLES


def test_equal_seeds_draw_equal_numbers_and_tasks_and_sets_differ() -> None:
    def first(scenes, seed, stream) -> float:
        return float(begin_draw(scenes, seed, stream).rng.random())

    assert first("training", 3, 1) == first("training", 3, 1)
    others = [first("training", 4, 1), first("training", 3, 2), first("held-out", 3, 1)]
    assert len({first("training", 3, 1), *others}) == 4


@pytest.mark.parametrize("scenes", ["training", "held-out"])
def test_a_things_colour_stands_out_from_the_table_and_from_the_other_thing(scenes) -> None:
    for seed in range(60):
        draw = begin_draw(scenes, seed, 1)
        first = draw_look(draw, unlike=())
        second = draw_look(draw, unlike=(first.color,))
        assert math.dist(first.color, draw.table.top) > 0.2
        assert math.dist(second.color, draw.table.top) > 0.2
        assert math.dist(second.color, first.color) > 0.2
        assert math.dist(first.ink, first.color) > 0.2


def test_the_start_is_within_what_was_asked() -> None:
    for seed in range(50):
        start = draw_start(begin_draw("training", seed, 1), 0.06, (0.11, 0.17), 0.05)
        assert abs(start["lateral_offset_m"]) <= 0.06
        assert 0.11 <= start["start_distance_m"] <= 0.17
        assert 0.0 <= start["height_offset_m"] <= 0.05


def test_mistakes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="-1"):
        begin_draw("training", -1, 1)
    with pytest.raises(InvalidInput, match="held-out"):
        begin_draw("other", 0, 1)  # type: ignore[arg-type]
