"""Errors against what really happened, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vinn_training.contracts import Action, GripperState
from vinn_training.replay.real_motion import summarise_truth, truth_of_frames


def _saying(result, directions, grippers):
    """Return the result's frames as if the policy had said this."""
    frames = []
    for item, direction, gripper in zip(result.frames, directions, grippers, strict=True):
        decision = result.frames[0].decision
        action = Action(np.float32(direction), 1.0, decision.action.neighbors)
        frames.append(replace(item, decision=replace(decision, action=action, gripper=gripper)))
    return frames


def test_errors_are_the_ones_computed_by_hand(result):
    # Really: forward in images 0 to 10, at rest in the last one; closed from image 7 on.
    sideways = (0.6, 0.0, 0.8)
    said = [GripperState.OPEN] * 8 + [GripperState.CLOSED] * 4  # an image late
    frames = _saying(result, [sideways] * 12, said)
    truths = truth_of_frames(frames, result.session.demonstration)
    assert all(truth is not None for truth in truths)
    assert truths[0].squared == pytest.approx((0.6**2 + 0.2**2) / 3.0, abs=1e-6)
    assert np.degrees(truths[0].angle_rad) == pytest.approx(np.degrees(np.arctan2(0.6, 0.8)), abs=1e-4)
    summary = summarise_truth(frames, truths)
    moving = sum(bool(truth.direction.any()) for truth in truths)
    rest = (12 - moving) * (0.6**2 + 0.8**2) / 3.0
    assert summary["translation_mse"] == pytest.approx((moving * truths[0].squared + rest) / 12, abs=1e-6)
    assert summary["translation_mse_moving"] == pytest.approx(truths[0].squared, abs=1e-6)
    gripper = summary["gripper"]
    assert (gripper["late_frames"], gripper["missed"], gripper["spurious"]) == ([1], 0, 0)
    assert gripper["late_s"] == [pytest.approx(0.1)]
    assert gripper["same_share"] == pytest.approx(11 / 12, abs=1e-6)


def test_the_policys_own_word_is_no_truth_of_the_gripper(result):
    demonstration = result.session.demonstration
    truths = truth_of_frames(result.frames, demonstration, "actions of the policy on /action")
    assert {truth.gripper for truth in truths if truth is not None} == {None}
    assert summarise_truth(result.frames, truths)["gripper"] is None


def test_without_a_demonstration_there_is_nothing_to_compare(result):
    truths = truth_of_frames(result.frames, None)
    assert set(truths) == {None}
    assert summarise_truth(result.frames, truths) == {"frames": 0}
