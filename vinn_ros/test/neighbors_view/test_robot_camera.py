"""What becomes of the transform, and what is told of the place; the rest is shown over DDS in test_node."""

from __future__ import annotations

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import JointState

from vinn_ros.neighbors_view.camera_place import CameraPlace
from vinn_ros.neighbors_view.robot_camera import RobotCamera, camera_transform
from vinn_ros.stretch_bridge.kinematics_settings import KINEMATICS_PARAMETERS

pytest.importorskip("pinocchio", reason="kinematics needs Pinocchio")


@pytest.fixture
def place():
    return CameraPlace({spec.name: spec.default for spec in KINEMATICS_PARAMETERS}, None)


def test_the_transform_is_that_of_the_mount(place):
    message = camera_transform(place, Time(sec=1))
    assert (message.header.frame_id, message.child_frame_id) == (place.parent_link, "wrist_camera_optical_frame")
    assert "wrist_camera_optical_frame" not in place.links
    assert place.parent_link in place.links
    q = message.transform.rotation
    x, y, z, w = q.x, q.y, q.z, q.w
    forward = [2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)]  # what z of the camera becomes
    np.testing.assert_allclose(forward, place.mount.rotation[:, 2], atol=1e-9)
    t = message.transform.translation
    np.testing.assert_allclose([t.x, t.y, t.z], place.mount.position_m)


class Node:
    """Remembers who hears what, and makes nothing."""

    def __init__(self):
        self.heard = {}

    def create_client(self, kind, name):
        return self

    def create_subscription(self, kind, topic, callback, profile):
        self.heard[topic] = callback

    def create_timer(self, period_s, callback):
        return self


def test_why_the_place_is_not_known_is_told_without_anybody_asking_for_it():
    node = Node()
    camera = RobotCamera(node, "stretch_bridge", publishes_transform=False)
    assert camera.problem == "stretch_bridge has not told its camera yet"
    assert camera.pose() is None
    camera._take_values({spec.name: spec.default for spec in KINEMATICS_PARAMETERS})
    assert "joint_" in camera.problem
    assert camera.pose() is None
    names = ["joint_lift", "wrist_extension", "joint_wrist_yaw", "joint_wrist_pitch", "joint_wrist_roll"]
    node.heard["joint_states"](JointState(name=names, position=[0.5, 0.1, 0.0, 0.0, 0.0]))
    assert camera.problem == ""
    assert camera.pose() is not None
