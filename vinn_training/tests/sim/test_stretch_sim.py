import threading
from dataclasses import replace

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.kinematics import joints
from vinn_training.sim import scene_model
from vinn_training.sim.actuators import ActuatorTargets
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.scene import SceneConfig, training_scene
from vinn_training.sim.stretch_sim import StretchSim

START = SceneConfig(cabinet="oak", appearance_seed=5)


def _targets(sim: StretchSim, **changes: float) -> ActuatorTargets:
    position = sim.joint_positions()
    now = {
        "base_m": sim.base_position_m(), "lift_m": position[joints.LIFT], "arm_m": position[joints.EXTENSION],
        "wrist_yaw_rad": 0.0, "wrist_pitch_rad": 0.0, "wrist_roll_rad": 0.0,
        "gripper_rad": position[joints.FINGER_LEFT],
    }  # fmt: skip
    return ActuatorTargets(**(now | changes))


def test_starts_where_the_scene_says(sim: StretchSim) -> None:
    sim.reset(replace(START, lateral_offset_m=0.05, start_distance_m=0.18, height_offset_m=-0.02))
    geometry = sim.grasp_geometry()

    np.testing.assert_allclose(geometry.handle_m - geometry.grasp_m, [-0.05, -0.18, 0.02], atol=1e-4)
    assert sim.time_s == 0.0
    assert sim.base_position_m() == 0.0
    state = sim.task_state()
    assert (state.door_angle_rad, state.handle_grasped, state.lateral_offset_m) == (0.0, False, 0.05)


def test_speaks_the_drivers_names(sim: StretchSim) -> None:
    position = sim.joint_positions()

    assert set(position) == {
        "wrist_extension", "joint_lift", "joint_arm_l3", "joint_arm_l2", "joint_arm_l1", "joint_arm_l0",
        "joint_wrist_yaw", "joint_wrist_pitch", "joint_wrist_roll", "joint_head_pan", "joint_head_tilt",
        "joint_gripper_finger_left", "joint_gripper_finger_right",
    }  # fmt: skip
    assert position["wrist_extension"] == pytest.approx(sum(position[f"joint_arm_l{i}"] for i in range(4)))


def test_holds_still_and_then_reaches_its_targets(sim: StretchSim) -> None:
    before = sim.joint_positions()
    sim.advance(1.0)
    after = sim.joint_positions()
    assert max(abs(after[name] - before[name]) for name in before) < 2e-4

    sim.set_targets(_targets(sim, base_m=0.06, lift_m=0.55, arm_m=0.12, gripper_rad=-0.1, wrist_pitch_rad=-0.2))
    sim.advance(2.0)
    reached = sim.joint_positions()
    assert sim.time_s == pytest.approx(3.0)
    assert sim.base_position_m() == pytest.approx(0.06, abs=2e-3)
    assert reached[joints.LIFT] == pytest.approx(0.55, abs=2e-3)
    assert reached[joints.EXTENSION] == pytest.approx(0.12, abs=2e-3)
    assert reached[joints.WRIST_PITCH] == pytest.approx(-0.2, abs=5e-3)
    assert reached[joints.FINGER_LEFT] == pytest.approx(-0.1, abs=5e-3)
    assert reached["joint_gripper_finger_right"] == pytest.approx(-0.1, abs=5e-3)


def test_directions_are_the_robots(sim: StretchSim) -> None:
    """Forward is base +x; the arm extends to the robot's right, -y; the camera moves with the hand."""
    before, rotation = sim.wrist_camera_pose()
    sim.set_targets(_targets(sim, base_m=0.05, arm_m=sim.joint_positions()[joints.EXTENSION] + 0.05))
    sim.advance(1.5)
    after, _ = sim.wrist_camera_pose()

    np.testing.assert_allclose(after - before, [0.05, -0.05, 0.0], atol=3e-3)
    seen = rotation.T @ (after - before)
    assert seen[0] < -0.04  # base forward is to the left of a camera that looks along the arm
    assert seen[2] > 0.04  # the arm extends into the picture


def test_targets_beyond_the_joints_end_at_their_ends(sim: StretchSim) -> None:
    sim.set_targets(_targets(sim, lift_m=9.0, gripper_rad=9.0))
    sim.advance(4.0)

    assert sim.joint_positions()[joints.LIFT] == pytest.approx(1.1, abs=0.01)
    assert sim.joint_positions()[joints.FINGER_LEFT] == pytest.approx(0.6, abs=0.02)


def test_short_times_add_up(sim: StretchSim) -> None:
    for _ in range(100):
        sim.advance(0.001)
    assert sim.time_s == pytest.approx(0.1)


@pytest.mark.parametrize("duration_s", [-0.1, float("nan"), float("inf")])
def test_impossible_times_are_refused(sim: StretchSim, duration_s: float) -> None:
    with pytest.raises(InvalidInput, match="duration"):
        sim.advance(duration_s)


def test_diverging_physics_stop_with_a_message(sim: StretchSim) -> None:
    sim._data.qvel[:] = 1e15
    with pytest.raises(SimulationError, match=r"diverged.*reset"):
        sim.advance(0.1)


def test_a_scene_out_of_reach_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene_model, "FRONT_DISTANCE_M", 1.4)
    with pytest.raises(SimulationError, match=r"start needs the arm at 0\.\d+ m.*start_distance_m"):
        StretchSim(START)


@pytest.mark.usefixtures("opengl")
def test_the_wrist_camera_sees_fingertips_and_handle(sim: StretchSim) -> None:
    sim.reset(replace(START, cabinet="white_office"))
    picture = sim.render_wrist().astype(int)

    assert picture.shape == (224, 224, 3)
    orange = (picture[..., 0] > 150) & (picture[..., 0] - picture[..., 2] > 90) & (picture[..., 1] < 140)
    columns = np.nonzero(orange)[1]
    assert (columns < 112).sum() > 100  # a fingertip on each side
    assert (columns >= 112).sum() > 100
    # The bar between them, above: moving the robot to the left moves it to the right.
    sim.reset(replace(START, cabinet="white_office", lateral_offset_m=0.08))
    other = sim.render_wrist().astype(int)
    assert np.abs(other - picture).mean() > 5


@pytest.mark.usefixtures("opengl")
def test_pictures_are_repeatable_and_follow_the_door_and_the_seed(sim: StretchSim) -> None:
    first = sim.render_wrist()
    sim.reset(START)
    np.testing.assert_array_equal(sim.render_wrist(), first)
    sim._data.joint("door_hinge").qpos[0] = 0.6
    sim.advance(0.004)
    assert (sim.render_wrist() != first).any()
    sim.reset(replace(START, appearance_seed=6))
    assert (sim.render_wrist() != first).any()


@pytest.mark.usefixtures("opengl")
def test_any_thread_may_draw(sim: StretchSim) -> None:
    expected = sim.render_wrist()
    drawn: list[np.ndarray] = []
    thread = threading.Thread(target=lambda: drawn.append(sim.render_wrist()))
    thread.start()
    thread.join()

    np.testing.assert_array_equal(drawn[0], expected)


@pytest.mark.usefixtures("opengl")
def test_the_overview_shows_the_whole_robot_in_the_size_asked_for(sim: StretchSim) -> None:
    wide, small = sim.render_overview(120, 200), sim.render_overview(60, 80)

    assert (wide.shape, small.shape) == ((120, 200, 3), (60, 80, 3))
    assert wide.std() > 20


def test_camera_settings_arrive() -> None:
    scene = training_scene(0)
    with StretchSim(scene, CameraConfig(width_px=64, height_px=48, vertical_fov_rad=0.7)) as sim:
        assert sim.scene == scene
        assert np.degrees(0.7) == pytest.approx(sim._model.camera("wrist_camera").fovy.item())


def test_a_closed_simulation_says_so() -> None:
    sim = StretchSim(START)
    sim.close()
    sim.close()
    with pytest.raises(SimulationError, match="closed"):
        sim.render_wrist()
    with pytest.raises(SimulationError, match="closed"):
        sim.reset(START)
