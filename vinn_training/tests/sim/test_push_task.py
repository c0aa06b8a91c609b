from dataclasses import replace

import numpy as np
import pytest
from table_scenes import BOX, PUSH

from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.episode_recording import record_episode
from vinn_training.sim.push_task import MAX_ANGLE_RAD, PushTask, push_geometry
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.table_model import to_world_m
from vinn_training.sim.table_scene import SHAPES
from vinn_training.sim.table_sim import TableSim

TASK = PushTask()
CALM = RecordingConfig(approach_noise_m=0.0, kick_probability=0.0)


def _put(sim: TableSim, right_m: float, away_m: float) -> None:
    """Stand the box somewhere."""
    sim._data.joint("thing_0_free").qpos[:3] = to_world_m(right_m, away_m, BOX.height_m / 2)


def test_scenes_are_as_varied_as_they_should_be_and_within_reach() -> None:
    scenes = [TASK.scene("training", seed) for seed in range(92)]

    assert {scene.things[0].shape for scene in scenes} == set(SHAPES)
    assert len({scene.things[0].color for scene in scenes}) > 80
    assert len({scene.things[0].finish for scene in scenes}) >= 6
    angles = []
    for scene in scenes:
        thing, circle = scene.things[0], scene.circle
        assert circle is not None
        right_m, away_m = circle.right_m - thing.right_m, circle.away_m - thing.away_m
        angles.append(np.arctan2(right_m, away_m))
        assert abs(angles[-1]) <= MAX_ANGLE_RAD[thing.shape] + 1e-9
        assert np.hypot(right_m, away_m) > circle.radius_m + 0.02  # it is not in the circle at the start
        assert circle.away_m < 0.90
    assert min(angles) < -0.4 < 0.4 < max(angles)


@pytest.mark.parametrize(
    ("right_m", "away_m", "success"),
    [
        (0.0, 0.80, True),
        (0.0, 0.848, True),
        (0.0, 0.852, False),
        (-0.048, 0.80, True),
        (-0.052, 0.80, False),
        (0.05, 0.65, False),
    ],
)
def test_success_is_the_centre_inside_the_circle(
    shared_table: TableSim, right_m: float, away_m: float, success: bool
) -> None:
    shared_table.reset(PUSH)
    _put(shared_table, right_m, away_m)
    result = TASK.result(shared_table)

    assert result.success == success
    assert "circle of 5.0 cm radius" in result.words


def test_a_thing_that_fell_over_or_off_the_table_does_not_count(shared_table: TableSim) -> None:
    shared_table.reset(PUSH)
    _put(shared_table, 0.0, 0.80)
    shared_table._data.joint("thing_0_free").qpos[3:7] = [np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0]
    assert TASK.result(shared_table) == (
        False,
        "thing 0.0 cm from the centre of a circle of 5.0 cm radius, fallen over",
    )
    assert TASK.expert(RecordingConfig()).spoiled(shared_table, None)  # type: ignore[arg-type]
    shared_table.reset(PUSH)
    shared_table._data.joint("thing_0_free").qpos[:3] = to_world_m(0.0, 0.80, -0.3)
    assert not TASK.result(shared_table).success


@pytest.mark.parametrize("yaw_rad", [0.0, 0.3])
def test_the_predicted_contact_is_where_the_fingertips_meet_the_thing(shared_table: TableSim, yaw_rad: float) -> None:
    """Moved up to the predicted distance, less a margin, nothing moves; past it, the thing does."""
    scene = replace(PUSH, things=(replace(BOX, yaw_rad=yaw_rad),))
    moved = []
    for gap_m in (0.012, -0.012):
        shared_table.reset(scene)
        loop = ClosedLoop(shared_table)
        before = shared_table.thing(0).position_m
        for _ in range(3):
            geometry = push_geometry(shared_table)
            way_m = geometry.grasp_m[1] - geometry.thing_m[1] - geometry.contact_m - gap_m
            _, rotation = shared_table.wrist_camera_pose()
            loop.move(rotation.T @ np.array([0.0, -min(max(way_m, 0.0), 0.05), 0.0]), 0)
        moved.append(np.linalg.norm(shared_table.thing(0).position_m - before))
    assert moved[0] < 1e-3
    assert moved[1] > 5e-3


@pytest.mark.usefixtures("table_opengl")
def test_an_episode_ends_in_the_circle_and_its_labels_point_there(shared_table: TableSim) -> None:
    loop = ClosedLoop(shared_table)
    loop.reset(TASK.scene("training", 8))  # the circle is to the right
    episode = record_episode(loop, TASK, np.random.default_rng(0), CALM)
    count = len(episode.images)

    assert episode.success
    assert 8 <= count <= 30
    assert episode.images[0].shape == (48, 48, 3)
    assert (episode.gripper == 1.0).all()
    pushing = episode.directions[count // 2 : -1]
    assert (pushing[:, 0] > 0.2).all()  # x is to the right in the picture
    assert (pushing[:, 1] < 0.0).all()  # the camera looks down: level motion is up in the picture
    assert (pushing[:, 2] > 0.3).all()
    assert not episode.directions[-1].any()
