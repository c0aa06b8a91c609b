from dataclasses import replace

import numpy as np
import pytest
from table_scenes import BOX, NEAR, PUSH, STACK

from vinn_training.contracts import GripperState
from vinn_training.exceptions import SimulationError
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.table_scene import TABLE_HEIGHT_M, WORKING_HEIGHT_M
from vinn_training.sim.table_sim import TABLE_PITCH_RAD, TableSim


def test_starts_where_the_scene_says(shared_table: TableSim) -> None:
    shared_table.reset(replace(PUSH, lateral_offset_m=0.04, start_distance_m=0.15, height_offset_m=0.03))
    to_thing = shared_table.thing(0).position_m - shared_table.grasp_point_m()

    np.testing.assert_allclose(to_thing[:2], [-0.04, -0.15], atol=1e-3)
    assert shared_table.grasp_point_m()[2] == pytest.approx(TABLE_HEIGHT_M + WORKING_HEIGHT_M + 0.03, abs=1e-4)
    assert shared_table.joint_positions()["joint_wrist_pitch"] == TABLE_PITCH_RAD


def test_only_the_robots_joints_are_published(shared_table: TableSim) -> None:
    shared_table.reset(STACK)
    names = set(shared_table.joint_positions())

    assert len(names) == 13
    assert all(name.startswith(("joint_", "wrist_extension")) for name in names)


def test_the_camera_looks_down_the_arm_and_moves_as_told(shared_table: TableSim) -> None:
    shared_table.reset(PUSH)
    loop = ClosedLoop(shared_table)
    before, rotation = shared_table.wrist_camera_pose()
    np.testing.assert_allclose(rotation[:, 0], [-1.0, 0.0, 0.0], atol=1e-3)  # the picture's right
    forward = [0.0, -np.cos(0.349 - TABLE_PITCH_RAD), -np.sin(0.349 - TABLE_PITCH_RAD)]
    np.testing.assert_allclose(rotation[:, 2], forward, atol=2e-3)
    loop.move([0.02, -0.01, 0.02], GripperState.UNKNOWN)
    after, rotation_after = shared_table.wrist_camera_pose()

    np.testing.assert_allclose(rotation.T @ (after - before), [0.02, -0.01, 0.02], atol=5e-3)
    np.testing.assert_allclose(rotation_after, rotation, atol=5e-3)


def test_things_tell_their_place_turn_and_touch(shared_table: TableSim) -> None:
    shared_table.reset(replace(PUSH, things=(replace(BOX, yaw_rad=0.3),)))
    thing = shared_table.thing(0)
    assert thing.yaw_rad == pytest.approx(0.3)
    assert thing.upright == pytest.approx(1.0)
    assert not thing.grasped

    shared_table._data.joint("thing_0_free").qpos[3:7] = [np.cos(0.25), np.sin(0.25), 0.0, 0.0]
    assert shared_table.thing(0).upright == pytest.approx(np.cos(0.5))


def test_a_thing_is_grasped_between_both_fingertips_and_lifted_by_friction(shared_table: TableSim) -> None:
    shared_table.reset(replace(STACK, start_distance_m=0.06))
    loop = ClosedLoop(shared_table)

    def move(world_m: tuple[float, float, float], gripper: GripperState) -> None:
        _, rotation = shared_table.wrist_camera_pose()
        loop.move(rotation.T @ np.array(world_m), gripper)

    for _ in range(2):
        move((0.0, -0.033, 0.0), GripperState.OPEN)
    assert not shared_table.thing(0).grasped
    move((0.0, 0.0, 0.0), GripperState.CLOSED)
    assert shared_table.thing(0).grasped
    for _ in range(3):
        move((0.0, 0.0, 0.03), GripperState.CLOSED)
    assert shared_table.thing(0).position_m[2] > TABLE_HEIGHT_M + NEAR.height_m / 2 + 0.07
    move((0.0, 0.0, 0.0), GripperState.OPEN)
    shared_table.advance(0.5)
    assert not shared_table.thing(0).grasped
    assert shared_table.thing(0).position_m[2] < TABLE_HEIGHT_M + 0.04


def test_a_table_out_of_reach_is_refused(shared_table: TableSim) -> None:
    with pytest.raises(SimulationError, match=r"start needs the arm at -0\.\d+ m.*start_distance_m"):
        shared_table.reset(replace(PUSH, things=(replace(BOX, away_m=0.55),), start_distance_m=0.25))


@pytest.mark.usefixtures("table_opengl")
def test_the_wrist_camera_sees_fingertips_thing_and_circle(shared_table: TableSim) -> None:
    shared_table.reset(PUSH)
    picture = shared_table.render_wrist().astype(int)
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    orange = (red > 150) & (red - blue > 90) & (green > 50) & (green < 140)
    circle = (red > 120) & (green < 50) & (blue < 50)
    thing = (blue > red + 30) & (blue > green + 20)

    assert orange[:, :24].sum() > 4  # a fingertip on each side
    assert orange[:, 24:].sum() > 4
    rows, columns = np.nonzero(circle)
    assert len(rows) > 5
    assert columns.mean() < np.nonzero(thing)[1].mean()  # the circle is to the left of the thing
    assert rows.mean() < np.nonzero(thing)[0].mean()  # and beyond it
    assert np.nonzero(thing)[0].mean() < np.nonzero(orange)[0].mean()
