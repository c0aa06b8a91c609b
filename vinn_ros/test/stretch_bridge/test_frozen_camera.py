from __future__ import annotations

from vinn_ros.stretch_bridge.frozen_camera import FrozenCamera
from vinn_training.kinematics import joints

SAME, OTHER = (0.5, 0.25), (0.5, 0.250001)


def at(lift_m):
    return {joints.LIFT: lift_m, joints.EXTENSION: 0.1, joints.BASE: 0.0}


def test_the_same_picture_after_a_motion_is_a_frozen_camera():
    camera = FrozenCamera()
    assert camera.problem(SAME, 1.0, at(0.6)) is None
    assert camera.problem(SAME, 1.1, at(0.6)) is None  # at rest it may be the same
    camera.update(at(0.61), 1.2)
    assert "is the camera frozen?" in camera.problem(SAME, 1.25, at(0.61))
    assert camera.problem(SAME, 9.0, at(0.61))  # standing still again does not mend it
    assert camera.problem(OTHER, 9.1, at(0.61)) is None
    camera.update(at(0.611), 9.2)
    assert camera.problem(OTHER, 9.3, at(0.611)) is None


def test_a_picture_from_before_the_motion_that_comes_late_says_nothing():
    camera = FrozenCamera()
    camera.problem(SAME, 1.0, at(0.6))
    camera.update(at(0.61), 1.2)
    assert camera.problem(SAME, 1.15, at(0.61)) is None


def test_noise_of_joint_states_is_no_motion_and_no_numbers_are_no_evidence():
    camera = FrozenCamera()
    camera.problem(SAME, 1.0, at(0.6))
    camera.update(at(0.602), 1.2)
    assert camera.problem(SAME, 1.3, at(0.602)) is None
    camera.problem((), 1.4, at(0.6))
    camera.update(at(0.7), 1.5)
    assert camera.problem((), 1.6, at(0.7)) is None
