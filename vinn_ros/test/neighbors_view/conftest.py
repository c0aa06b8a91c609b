"""Readings and views to draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vinn_ros.neighbors_view.view import (
    ActionReading,
    AskedNeighbor,
    CommandReading,
    SettingsReading,
    ShownNeighbor,
    View,
)
from vinn_training.contracts import GripperState

GREY = 90


@pytest.fixture
def action() -> ActionReading:
    """An ordinary action: to the right, the gripper open."""
    return ActionReading(
        stamp_ns=5_000_000_000,
        frame_id="wrist_camera_optical_frame",
        direction=np.array([1.0, 0.0, 0.0]),
        translation=np.array([0.8, 0.0, 0.0]),
        gripper_opening=0.9,
        gripper=GripperState.OPEN,
        neighbors=tuple(AskedNeighbor(f"demo_{index}", index, 1.0 + index, 0.2) for index in range(5)),
        bank_id="0123456789abcdef",
        bank_version=0,
        encoder_id="fedcba9876543210",
        distance_quantile=0.3,
        hold=False,
        hold_reason="",
        settings=SettingsReading(k=10, temperature=1.0, close_below=0.4, open_above=0.6, hold_above=0.9),
    )


@pytest.fixture
def command() -> CommandReading:
    """What the bridge sent for it."""
    return CommandReading(5_000_000_000, (0.01, -0.04, 0.0), False, "")


@pytest.fixture
def view(action) -> View:
    """That action with grey pictures; its neighbours went forward."""
    pictures = np.full((64, 64, 3), GREY, np.uint8)
    forward = np.array([0.0, 0.0, 1.0], np.float32)
    shown = tuple(ShownNeighbor(asked, pictures, forward, 1.0) for asked in action.neighbors)
    return View(action, np.full((48, 64, 3), GREY, np.uint8), "", shown)


@pytest.fixture
def with_action():
    """Return a view with its action changed."""
    return lambda view, **changes: replace(view, action=replace(view.action, **changes))
