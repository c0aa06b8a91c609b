import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.episode_recording import record_episode
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.scene_sets import SCENE_SET_NAMES, SceneSet
from vinn_training.sim.table_sim import TableSim
from vinn_training.sim.tasks import TASKS, task_named


def test_there_are_the_papers_three_and_each_says_its_goal() -> None:
    assert list(TASKS) == ["door", "push", "stack"]
    for name, task in TASKS.items():
        assert task_named(name) is task
        assert task.goal


@pytest.mark.parametrize("name", list(TASKS))
def test_scenes_repeat_with_their_seed_and_the_sets_keep_apart(name: str) -> None:
    task = task_named(name)
    for seed in range(40):
        training, held_out = task.scene("training", seed), task.scene("held-out", seed)
        assert training == task.scene("training", seed)
        assert training != task.scene("training", seed + 1)
        assert "held_out" not in task.label(training)
        assert "held_out" in task.label(held_out)
    for scenes, seed in (("other", 0), ("training", -1)):
        with pytest.raises(InvalidInput):
            task.scene(scenes, seed)  # type: ignore[arg-type]


@given(st.integers(0, 10**9), st.sampled_from(list(TASKS)), st.sampled_from(SCENE_SET_NAMES))
def test_every_seed_gives_a_scene_that_can_be_built(seed: int, name: str, scenes: SceneSet) -> None:
    task_named(name).scene(scenes, seed)  # refuses places and sizes out of range


def test_an_unknown_task_lists_the_known() -> None:
    with pytest.raises(InvalidInput, match=r"'pour'.*door, push, stack"):
        task_named("pour")


@pytest.mark.full
@pytest.mark.parametrize("scenes", SCENE_SET_NAMES)
@pytest.mark.parametrize("name", ["push", "stack"])
def test_the_disturbed_expert_at_the_table_seldom_fails(
    shared_table: TableSim, monkeypatch: pytest.MonkeyPatch, name: str, scenes: SceneSet
) -> None:
    monkeypatch.setattr(shared_table, "render_wrist", lambda: np.zeros((48, 48, 3), np.uint8))
    task, loop = task_named(name), ClosedLoop(shared_table)
    succeeded = 0
    for seed in range(500, 540):
        loop.reset(task.scene(scenes, seed))
        succeeded += record_episode(loop, task, np.random.default_rng([seed, 0]), RecordingConfig()).success
    assert succeeded >= 36
