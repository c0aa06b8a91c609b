import dataclasses

import pytest

pytest.importorskip("mujoco")

from vinn_training.evaluation.trial_scenes import TrialsConfig, cabinets_of, trial_scene
from vinn_training.exceptions import InvalidInput


def test_cells_have_names_of_their_own() -> None:
    config = TrialsConfig(episodes=3, seed=5, scenes="held-out", hinge="left", condition="signs")
    assert config.cell == "held-out_left_signs"
    assert list(config.seeds) == [5, 6, 7]


def test_starts_are_within_what_they_promise() -> None:
    for starts, near, far, aside in (("wide", 0.17, 0.23, 0.08), ("paper", 0.15, 0.15, 0.05)):
        scenes = [trial_scene(TrialsConfig(starts=starts), seed) for seed in range(40)]
        assert all(near <= scene.start_distance_m <= far for scene in scenes)
        offsets = [scene.lateral_offset_m for scene in scenes]
        assert max(map(abs, offsets)) <= aside
        assert max(offsets) > 0.8 * aside
        assert min(offsets) < -0.8 * aside


def test_a_scene_is_its_seeds_whatever_else_is_run() -> None:
    left = TrialsConfig(hinge="left", cabinets=("oak", "navy"))
    assert trial_scene(left, 3).cabinet == "navy"
    assert trial_scene(left, 3).hinge_side == "left"
    right = trial_scene(TrialsConfig(cabinets=("oak", "navy")), 3)
    assert right == dataclasses.replace(trial_scene(left, 3), hinge_side="right")
    covered = trial_scene(TrialsConfig(condition="signs"), 3)
    assert dataclasses.replace(covered, signs_covered=False, handle_covered=False) == trial_scene(TrialsConfig(), 3)


def test_cabinets_are_given_to_the_scenes_that_have_them() -> None:
    assert cabinets_of(("oak", "held_out_ash")) == {"training": ("oak",), "held-out": ("held_out_ash",)}
    with pytest.raises(InvalidInput, match="no cabinet is named 'pine'; expected some of training: white_office"):
        cabinets_of(("pine",))
    with pytest.raises(InvalidInput, match="no held-out cabinet is named 'oak'"):
        TrialsConfig(scenes="held-out", cabinets=("oak",))


@pytest.mark.parametrize(
    "changes",
    [{"episodes": 0}, {"seed": -1}, {"scenes": "kitchen"}, {"condition": "dark"}, {"hinge": "top"}, {"starts": "far"}],
    ids=lambda item: next(iter(item)),
)
def test_what_cannot_be_is_refused(changes: dict) -> None:
    with pytest.raises(InvalidInput, match=str(next(iter(changes.values())))):
        TrialsConfig(**changes)
