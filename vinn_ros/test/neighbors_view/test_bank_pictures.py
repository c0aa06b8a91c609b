from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vinn_ros.neighbors_view.bank_pictures import BankPictures, recall
from vinn_ros.neighbors_view.view import AskedNeighbor, BankReading
from vinn_training.bank.bundle import load_bundle


@pytest.fixture(scope="module")
def loaded(bundle):
    return load_bundle(bundle)


@pytest.fixture(scope="module")
def pictures(loaded):
    return BankPictures(loaded)


@pytest.fixture
def asked(action, loaded):
    """An action on frames of the bundle's bank."""
    neighbors = (AskedNeighbor("c", 7, 1.0, 0.6), AskedNeighbor("a", 0, 2.0, 0.4))
    return replace(
        action, neighbors=neighbors, bank_id=loaded.bank.bank_id, encoder_id=loaded.bank.encoder_id, bank_version=0
    )


def test_every_frame_is_found_with_what_was_demonstrated(loaded, pictures):
    bank = loaded.bank
    for row in range(len(bank)):
        name = bank.demonstration_names[bank.demonstration[row]]
        shown = pictures.shown(AskedNeighbor(name, int(bank.frame[row]), 0.0, 1.0))
        np.testing.assert_array_equal(shown.picture, loaded.thumbnails[row])
        np.testing.assert_array_equal(shown.direction, bank.directions[row])
        assert shown.gripper == pytest.approx(float(bank.gripper[row]))


@pytest.mark.parametrize(("name", "frame"), [("d", 0), ("a", 12), ("a", 2**32 - 1), ("", 0)])
def test_what_the_bundle_does_not_have_is_shown_by_name(pictures, name, frame):
    shown = pictures.shown(AskedNeighbor(name, frame, 0.0, 1.0))
    assert shown.picture is shown.direction is shown.gripper is None
    assert shown.asked.demonstration == name


def test_the_bundles_own_bank_needs_no_note(pictures, asked):
    shown, notes = recall(asked, pictures, None, 5)
    assert [item.asked for item in shown] == list(asked.neighbors)
    assert all(item.picture is not None for item in shown)
    assert notes == ()
    assert len(recall(asked, pictures, None, 1)[0]) == 1


def test_a_bank_that_grew_while_running_shows_the_old_ones_and_names_the_new(pictures, asked):
    new = AskedNeighbor("added_later", 3, 0.5, 0.5)
    grown = replace(asked, bank_id="another", bank_version=3, neighbors=(new, *asked.neighbors))
    shown, notes = recall(grown, pictures, None, 5)
    assert [item.picture is None for item in shown] == [True, False, False]
    assert notes == ("no picture in the bundle loaded here: added_later",)


def test_a_demonstration_replaced_under_its_name_is_not_pictured(pictures, asked):
    grown = replace(asked, bank_id="another", bank_version=2)
    told = BankReading(2, "another", "", {"a": 12, "b": 12, "c": 99})
    shown, notes = recall(grown, pictures, told, 5)
    assert [item.picture is None for item in shown] == [True, False]
    assert "c" in notes[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bank_id": "another"}, "the policy's bank is another"),
        ({"bank_id": "another", "bank_version": 4, "encoder_id": "foreign"}, "the policy's encoder is foreign"),
        ({"bank_id": "another", "bank_version": 4, "encoder_id": ""}, "encoder is not named"),
    ],
)
def test_pictures_of_another_bundle_are_not_shown(pictures, asked, changes, words):
    shown, notes = recall(replace(asked, **changes), pictures, None, 5)
    assert all(item.picture is None for item in shown)
    assert words in notes[0]
    assert "same bundle" in notes[0]


@pytest.mark.parametrize("hold_above", [0.0, 0.31, 0.9, 0.9999])
def test_above_the_holding_distance_the_policys_own_yardstick_says_hold(loaded, pictures, asked, hold_above):
    asked = replace(asked, settings=replace(asked.settings, hold_above=hold_above))
    limit = pictures.hold_distance(asked)
    quantile = loaded.calibration.quantile
    assert quantile(limit * (1 + 1e-6)) > hold_above >= quantile(limit * (1 - 1e-6))


def test_no_holding_distance_is_claimed_where_there_is_none(pictures, asked):
    never = replace(asked, settings=replace(asked.settings, hold_above=1.0))
    for action in (never, replace(asked, settings=None), replace(asked, bank_id="another", bank_version=1)):
        assert pictures.hold_distance(action) is None


def test_no_bundle_and_no_neighbours_are_said(pictures, asked):
    shown, notes = recall(asked, None, None, 5)
    assert [item.picture for item in shown] == [None, None]
    assert "no bundle is loaded" in notes[0]
    assert recall(replace(asked, neighbors=()), pictures, None, 5) == ((), ("this action names no neighbours",))
