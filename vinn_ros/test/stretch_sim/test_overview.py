import threading

import numpy as np
import pytest

from vinn_ros.stretch_sim.overview import OverviewCamera, Pose
from vinn_training.sim.scene import training_scene
from vinn_training.sim.stretch_sim import StretchSim


@pytest.fixture(scope="module")
def start() -> dict[str, float]:
    with StretchSim(training_scene(0)) as sim:
        return sim.joint_positions()


def pose(start, door_angle_rad, tag) -> Pose:
    return Pose(training_scene(0), start, 0.0, door_angle_rad, tag)


def test_pictures_show_the_pose_they_were_asked_for(start):
    pictures, arrived = {}, threading.Event()

    def take(picture, tag):
        pictures[tag] = picture
        arrived.set()

    camera = OverviewCamera(take, lambda error: pytest.fail(str(error)))
    for tag, angle_rad in (("closed", 0.0), ("open", 1.2)):
        arrived.clear()
        camera.show(pose(start, angle_rad, tag))
        assert arrived.wait(30.0)
    camera.close()
    assert pictures["closed"].shape == (480, 640, 3)
    assert np.abs(pictures["closed"].astype(int) - pictures["open"]).mean() > 1.0
    assert not [thread for thread in threading.enumerate() if thread.name == "overview"]


def test_failure_is_told(start):
    failures, failed = [], threading.Event()

    def fail(error):
        failures.append(error)
        failed.set()

    camera = OverviewCamera(lambda picture, tag: None, fail)
    camera.show(Pose(None, start, 0.0, 0.0, "x"))
    assert failed.wait(30.0)
    camera.close()
    assert len(failures) == 1


def test_closed_camera_takes_no_more_poses(start):
    camera = OverviewCamera(lambda picture, tag: None, lambda error: None)
    camera.close()
    camera.show(pose(start, 0.0, "x"))
    assert not [thread for thread in threading.enumerate() if thread.name == "overview"]
