import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.cabinets import HELD_OUT_CABINETS, TRAINING_CABINETS
from vinn_training.sim.scene import (
    CONDITIONS,
    MAX_LATERAL_M,
    SceneConfig,
    held_out_scene,
    scene_set,
    training_scene,
    with_condition,
)


@given(st.integers(0, 10**9))
def test_draws_are_repeatable_within_range_and_keep_the_sets_apart(seed: int) -> None:
    training, held_out = training_scene(seed), held_out_scene(seed)

    assert training == training_scene(seed)
    assert abs(training.lateral_offset_m) <= MAX_LATERAL_M
    assert abs(held_out.lateral_offset_m) <= MAX_LATERAL_M
    assert training.cabinet in {cabinet.name for cabinet in TRAINING_CABINETS}
    assert held_out.cabinet in {cabinet.name for cabinet in HELD_OUT_CABINETS}
    assert training.appearance_seed != training_scene(seed + 1).appearance_seed


def test_seeds_in_a_row_visit_every_cabinet_and_spread_the_starts() -> None:
    scenes = [training_scene(seed) for seed in range(8 * len(TRAINING_CABINETS))]

    assert len({scene.cabinet for scene in scenes[: len(TRAINING_CABINETS)]}) == len(TRAINING_CABINETS)
    for cabinet in TRAINING_CABINETS:
        starts = sorted(scene.lateral_offset_m for scene in scenes if scene.cabinet == cabinet.name)
        assert len(starts) == 8
        # Random draws would leave gaps of 5 cm and more.
        assert np.diff([-MAX_LATERAL_M, *starts, MAX_LATERAL_M]).max() < 0.04


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lateral_offset_m": 0.5}, "lateral_offset_m is 0.5; expected -0.15 to 0.15"),
        ({"start_distance_m": float("nan")}, "start_distance_m is nan"),
        ({"hinge_side": "top"}, "hinge_side is 'top'"),
        ({"bins_covered": 3}, "bins_covered is 3"),
        ({"appearance_seed": -1}, "appearance_seed is -1"),
    ],
)
def test_values_out_of_range_are_refused_by_name(changes: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        SceneConfig(**changes)


def test_an_unknown_cabinet_is_refused() -> None:
    with pytest.raises(SimulationError, match="unknown cabinet"):
        SceneConfig(cabinet="none such")


@pytest.mark.parametrize("draw", [training_scene, held_out_scene])
def test_negative_seeds_are_refused(draw) -> None:
    with pytest.raises(InvalidInput, match="-1"):
        draw(-1)


def test_the_rows_of_table_two_cover_more_and_more() -> None:
    scene = training_scene(3)
    covered = [with_condition(scene, name) for name in CONDITIONS]

    assert covered[0] == scene
    assert [item.signs_covered for item in covered] == [False, True, True, True]
    assert [item.handle_covered for item in covered] == [False, True, True, True]
    assert [item.bins_covered for item in covered] == [0, 0, 1, 2]
    assert len({item.name for item in covered}) == 4


def test_an_unknown_condition_lists_the_known() -> None:
    with pytest.raises(InvalidInput, match="signs-one-bin"):
        with_condition(training_scene(0), "dark")


def test_the_sets_are_found_by_name() -> None:
    assert scene_set("training")(3) == training_scene(3)
    assert scene_set("held-out")(3) == held_out_scene(3)
    with pytest.raises(InvalidInput, match=r"'other'.*training, held-out"):
        scene_set("other")
