import numpy as np
import pytest
from table_scenes import FAR, NEAR, STACK

from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.engine import mujoco
from vinn_training.sim.episode_recording import record_episode
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.stack_task import StackTask, is_stacked, stack_geometry
from vinn_training.sim.table_model import to_world_m
from vinn_training.sim.table_scene import SHAPES
from vinn_training.sim.table_sim import TableSim

TASK = StackTask()
ON_TOP_M = FAR.height_m + NEAR.height_m / 2


def _put_near(sim: TableSim, right_m: float, away_m: float, above_m: float) -> None:
    """Put the nearer thing's centre somewhere, upright, and let it come to rest."""
    sim.reset(STACK)
    sim._data.joint("thing_0_free").qpos[:7] = [*to_world_m(right_m, away_m, above_m), 1.0, 0.0, 0.0, 0.0]
    mujoco.mj_forward(sim._model, sim._data)


def test_scenes_are_as_varied_as_they_should_be_and_the_nearer_thing_fits_the_gripper() -> None:
    scenes = [TASK.scene("training", seed) for seed in range(92)]

    for index in (0, 1):
        assert {scene.things[index].shape for scene in scenes} == set(SHAPES)
        assert len({scene.things[index].finish for scene in scenes}) >= 6
    for scene in scenes:
        near, far = scene.things
        assert near.width_m < 0.040  # the open fingertips are 5.4 cm apart
        assert far.away_m - near.away_m > 0.12
        assert far.width_m > near.width_m + 0.015
        assert far.away_m < 0.90
    sides = [far.right_m - near.right_m for near, far in (scene.things for scene in scenes)]
    assert min(sides) < -0.04 < 0.04 < max(sides)


@pytest.mark.parametrize(
    ("right_m", "away_m", "above_m", "success"),
    [
        (FAR.right_m, FAR.away_m, ON_TOP_M, True),
        (FAR.right_m + 0.02, FAR.away_m - 0.01, ON_TOP_M, True),
        (FAR.right_m, FAR.away_m, ON_TOP_M + 0.01, False),  # in the air above it
        (NEAR.right_m, NEAR.away_m, NEAR.height_m / 2, False),  # where it was
        (FAR.right_m + 0.06, FAR.away_m, NEAR.height_m / 2, False),  # beside it
    ],
)
def test_success_is_standing_on_the_farther_thing(
    shared_table: TableSim, right_m: float, away_m: float, above_m: float, success: bool
) -> None:
    _put_near(shared_table, right_m, away_m, above_m)
    assert is_stacked(shared_table) == success
    assert TASK.result(shared_table).success == success


def test_what_is_still_held_or_lies_on_its_side_is_not_stacked(
    shared_table: TableSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_near(shared_table, FAR.right_m, FAR.away_m, ON_TOP_M)
    monkeypatch.setattr(shared_table, "_grasped", lambda name: name == "thing_0")
    assert TASK.result(shared_table) == (False, "the nearer thing stands on the farther one, still held")
    monkeypatch.undo()
    shared_table._data.joint("thing_0_free").qpos[3:7] = [np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0]
    assert not TASK.result(shared_table).success
    assert TASK.expert(RecordingConfig()).spoiled(shared_table, None)  # type: ignore[arg-type]


def test_the_geometry_is_the_scenes(shared_table: TableSim) -> None:
    shared_table.reset(STACK)
    geometry = stack_geometry(shared_table)

    np.testing.assert_allclose((geometry.far_m - geometry.near_m)[:2], [-0.02, -0.15], atol=1e-3)
    assert geometry.near_size_m == (NEAR.width_m, NEAR.height_m)
    assert geometry.far_height_m == FAR.height_m
    assert not geometry.grasped
    assert not geometry.stacked


@pytest.mark.usefixtures("table_opengl")
def test_an_episode_ends_stacked_and_tells_the_story_in_its_labels(shared_table: TableSim) -> None:
    """Approach: forward, open. Then at rest, closing; up; forward; down; at rest, opening; back."""
    loop = ClosedLoop(shared_table)
    loop.reset(TASK.scene("training", 8))
    episode = record_episode(loop, TASK, np.random.default_rng([8, 0]), RecordingConfig())
    closed = np.flatnonzero(episode.gripper == 0.0)

    assert episode.success
    assert 12 <= len(episode.images) <= 40
    assert not episode.directions[closed[0]].any()  # closes at rest
    assert (np.diff(closed) == 1).all()  # and lets go once
    _, rotation = shared_table.wrist_camera_pose()  # held throughout
    world = episode.directions @ rotation.T
    assert world[closed[1], 2] > 0.9  # lifts
    carrying = world[closed[1] : closed[-1] + 1]
    assert (carrying[:, 1] < -0.7).sum() >= 3  # carries away from the base
    assert carrying[-1, 2] < -0.5  # lowers
    assert not episode.directions[closed[-1] + 1].any()  # lets go at rest
    assert world[-2, 1] > 0.9  # withdraws
    assert not episode.directions[-1].any()
