import numpy as np
import pytest

pytest.importorskip("mujoco")

from vinn_training.evaluation.pretraining_pictures import PictureMaker, pose_robot
from vinn_training.evaluation.pretraining_scenes import pretraining_scene
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.robot_model import GRASP_LINK


@pytest.mark.parametrize("number", [0, 1])
def test_the_gripper_stays_near_what_there_is(number: int) -> None:
    scene = pretraining_scene(number, CameraConfig())
    data = mujoco.MjData(scene.model)
    random = np.random.default_rng(0)
    for _ in range(20):
        pose_robot(scene, data, random)
        distance = np.linalg.norm(data.body(GRASP_LINK).xpos - scene.anchors_m, axis=1).min()
        assert distance < 0.32
    assert bool(scene.door_joint) == (number == 0)


def test_the_state_tells_the_motion_in_the_cameras_axes() -> None:
    """Between two pictures the camera's motion in the world, turned into its own axes, is the difference of states."""
    maker = PictureMaker(16, 4)
    try:
        first, again = maker.make(0), maker.make(0)
    finally:
        maker.close()
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.state, again.state)
    assert first.images.std() > 5.0
    assert np.abs(first.state[1:, :3] - first.state[0, :3]).max() < 0.5
    with pytest.raises(InvalidInput, match="expected one or more"):
        PictureMaker(0, 1)
