import threading

import pytest

from vinn_ros.stretch_sim.core import SimulatedRobot, choose_scene
from vinn_ros.stretch_sim.settings import PARAMETERS, scene_from
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import encode
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.driver_config import DriverConfig
from vinn_training.sim.scene import held_out_scene, training_scene

DEFAULTS = {spec.name: spec.default for spec in PARAMETERS}


@pytest.fixture(scope="module")
def robot():
    robot = SimulatedRobot(training_scene(0), CameraConfig(width_px=32, height_px=32), DriverConfig())
    yield robot
    robot.close()


def test_physics_follows_the_drivers_vector(robot):
    robot.reset(training_scene(0))
    robot.command(lambda driver: driver.activate_streaming_position())
    at = robot.snapshot().positions
    values = {**at, joints.BASE: 0.05, "rotate_mobile_base": 0.0, joints.LIFT: at[joints.LIFT] + 0.03}
    values[joints.EXTENSION] = at[joints.EXTENSION] - 0.04
    assert robot.command(lambda driver: driver.joint_pose_command(encode(driver.config.tool, values))).success
    robot.advance(2.0)
    after = robot.snapshot()
    assert after.positions[joints.EXTENSION] - at[joints.EXTENSION] == pytest.approx(-0.04, abs=3e-3)
    assert after.positions[joints.LIFT] - at[joints.LIFT] == pytest.approx(0.03, abs=3e-3)
    assert after.base_position_m == pytest.approx(0.05, abs=3e-3)
    assert after.time_s == pytest.approx(2.0, abs=0.01)


def test_reset_starts_over_and_keeps_the_activation(robot):
    robot.command(lambda driver: driver.activate_streaming_position())
    robot.reset(held_out_scene(3))
    snapshot = robot.snapshot()
    assert snapshot.time_s == 0.0
    assert snapshot.is_streaming_position
    before = snapshot.positions
    robot.advance(0.5)
    for name, value in robot.snapshot().positions.items():
        assert value == pytest.approx(before[name], abs=5e-3), name  # it does not run to the old targets
    assert robot.task_state().scene == held_out_scene(3).name


def test_a_command_does_not_wait_for_a_picture(robot):
    """A picture takes up to a fifth of a second; the driver must answer meanwhile."""
    robot.render_wrist()
    drawing, draw = threading.Event(), threading.Event()
    original = robot._sim.render_wrist

    def slow():
        drawing.set()
        draw.wait(10.0)
        return original()

    robot._sim.render_wrist = slow
    thread = threading.Thread(target=robot.render_wrist)
    thread.start()
    try:
        assert drawing.wait(10.0)
        assert robot.command(lambda driver: driver.stop_the_robot()).success
        assert thread.is_alive()
    finally:
        draw.set()
        thread.join()
        robot._sim.render_wrist = original


def test_picture_has_the_asked_size(robot):
    assert robot.render_wrist().shape == (32, 32, 3)


def test_parameters_name_the_scene():
    assert scene_from(DEFAULTS) == training_scene(0)
    assert scene_from(DEFAULTS | {"cabinets": "held-out", "scene_seed": 2}) == held_out_scene(2)
    chosen = scene_from(DEFAULTS | {"draw_lateral_offset": False, "lateral_offset_m": 0.05})
    assert chosen.lateral_offset_m == 0.05
    assert chosen.appearance_seed == training_scene(0).appearance_seed
    assert scene_from(DEFAULTS | {"condition": "signs"}).signs_covered


@pytest.mark.parametrize(
    "values", [("attic", 0, None, "none"), ("training", -1, None, "none"), ("training", 0, 0.5, "none")]
)
def test_scene_that_does_not_exist_is_refused(values):
    with pytest.raises(InvalidInput):
        choose_scene(*values)
