"""The film's pictures; the whole film is made in test_demo."""

from __future__ import annotations

import numpy as np
import pytest
from geometry_msgs.msg import Vector3

from vinn_msgs.msg import BridgeCommand, GripperState, Neighbor, PolicyAction, PolicySettings
from vinn_ros.demo.film import _picture, _view
from vinn_ros.demo.monitor import EpisodeLog, Moment, Step
from vinn_ros.neighbors_view.bank_pictures import BankPictures
from vinn_ros.neighbors_view.panel import draw_panel
from vinn_training.bank.bundle import load_bundle


@pytest.fixture
def loaded(bundle):
    return load_bundle(bundle)


@pytest.fixture
def moment(loaded):
    """Of the second of two motions."""
    action = PolicyAction(
        direction=Vector3(x=0.0, y=0.0, z=1.0),
        translation=Vector3(x=0.0, y=0.0, z=0.8),
        gripper=GripperState(state=GripperState.CLOSED),
        neighbors=[Neighbor(demonstration="a", frame=5, distance=1.0, weight=1.0)],
        bank_id=loaded.bank.bank_id,
        encoder_id=loaded.bank.encoder_id,
        settings=PolicySettings(k=1, temperature=1.0, gripper_open_above=1.0),
    )
    return Moment({}, 0.0, 0.5, np.full((48, 64, 3), 99, np.uint8), action, 2)


def test_a_moment_shows_the_scene_and_what_the_robot_thinks_of_it(loaded, moment):
    log = EpisodeLog()
    for forward_m in (0.01, 0.02, 0.03):
        log.steps.append(Step(moment.action, BridgeCommand(commanded_m=Vector3(x=forward_m)), 0.0))
    view = _view(log, moment, BankPictures(loaded))
    assert view.command is not None
    assert view.command.commanded_m == (0.02, 0.0, 0.0)  # the newest at that moment
    assert view.neighbors[0].picture is not None
    assert view.notes == ()
    overview = np.full((480, 640, 3), 200, np.uint8)
    picture = _picture(overview, moment, view)
    assert picture.shape == (480, 1280, 3)
    np.testing.assert_array_equal(picture[:, 640:], draw_panel(view))
    assert (picture[30:, :640] == 200).all()
    assert picture[:26, :640].max() > 220  # the caption, on a darkened strip
    assert np.median(picture[:26, :640]) < 100
    assert (overview == 200).all()
