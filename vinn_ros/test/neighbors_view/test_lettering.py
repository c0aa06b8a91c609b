from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.neighbors_view.lettering import broken, plain, shortened, width_px, wrapped, write

LONG = "demonstration_of_the_left_hand_kitchen_cabinet_0017"


def test_a_text_that_fits_stays_and_a_long_one_keeps_both_ends():
    assert shortened("seed_0003", 200, 0.4) == "seed_0003"
    cut = shortened(LONG, 118, 0.4)
    assert width_px(cut, 0.4) <= 118
    head, tail = cut.split("..")
    assert LONG.startswith(head)
    assert LONG.endswith(tail)
    assert tail.endswith("17")
    assert len(cut) > 8


@pytest.mark.parametrize("limit", [0, 1, 5, 17, 60])
def test_nothing_is_ever_wider_than_its_place(limit):
    assert width_px(shortened(LONG, limit, 0.4), 0.4) <= max(limit, 0)
    for row in wrapped(f"{LONG} {LONG} a b c", limit, 0.4, 3):
        assert width_px(row, 0.4) <= limit


def test_a_name_takes_two_lines_before_anything_of_it_is_lost():
    assert broken("seed_0003", 118, 0.4) == ["seed_0003"]
    assert broken("", 118, 0.4) == [""]
    first, second = broken("seed_00003_white_office", 118, 0.4)
    assert first + second == "seed_00003_white_office"
    assert first.endswith("_")
    solid = broken("x" * 26, 118, 0.4)
    assert "".join(solid) == "x" * 26
    assert len(solid) == 2
    for limit in (0, 20, 118):
        rows = broken(LONG * 3, limit, 0.4)
        assert all(width_px(row, 0.4) <= limit for row in rows)
        assert limit < 100 or rows[1].endswith("17")


def test_words_are_broken_into_lines_and_what_is_too_much_is_cut_off():
    words = "unfamiliar image: nearest frame at distance twelve, quantile one of the distances between demonstrations"
    rows = wrapped(words, 200, 0.4, 10)
    assert " ".join(rows) == words
    assert len(rows) > 2
    assert all(width_px(row, 0.4) <= 200 for row in rows)
    two = wrapped(words, 200, 0.4, 2)
    assert two[0] == rows[0]
    assert len(two) == 2
    assert two[1].endswith("..")
    assert wrapped("", 200, 0.4, 2) == []


def test_letters_that_the_font_lacks_become_question_marks():
    assert plain("Küche\n3 µm") == "K?che 3 ?m"
    picture = np.zeros((20, 60, 3), np.uint8)
    write(picture, "ü\tß", (2, 15), (255, 255, 255))
    assert picture.any()
