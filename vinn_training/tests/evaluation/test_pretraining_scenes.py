import pytest

pytest.importorskip("mujoco")

from vinn_training.evaluation.pretraining_scenes import pretraining_scene
from vinn_training.sim.camera import CameraConfig


def test_equal_numbers_give_equal_scenes_and_others_do_not() -> None:
    first, again, other = (pretraining_scene(number, CameraConfig()) for number in (1, 1, 3))
    assert first.anchors_m.tolist() == again.anchors_m.tolist()
    assert first.anchors_m.tolist() != other.anchors_m.tolist()
    assert first.pitch_rad < 0.0  # at a table the gripper points down
