import numpy as np
import pytest

from vinn_training.evaluation.gripper_events import events_of, gripper_open, match_events
from vinn_training.policy.gripper import GripperThresholds
from vinn_training.tuning import gripper_score
from vinn_training.tuning.gripper_score import gripper_scores, no_gripper_scores

_NEVER = np.zeros((1, 40), dtype=bool)


def _labels() -> np.ndarray:
    return (np.arange(40) < 20).astype(np.float32)


def test_late_early_missed_and_chattering_grippers() -> None:
    frames = np.arange(40)
    courses = {
        "late": np.where(frames < 23, 0.9, 0.1),
        "early": np.where(frames < 18, 0.9, 0.1),
        "missed": np.full(40, 0.9),
        "chatter": np.where((frames < 20) | (frames == 30), 0.9, 0.1),
    }
    scores = gripper_scores(np.stack(list(courses.values())), [GripperThresholds()], _NEVER, _labels(), 10)
    found = {
        name: tuple(int(getattr(scores, part)[row, 0, 0]) for part in
                    ("wrong", "missed", "spurious", "early", "late", "off_frames", "changes"))
        for row, name in enumerate(courses)
    }  # fmt: skip
    assert (scores.frames, scores.events) == (40, 1)
    assert found == {
        "late": (3, 0, 0, 0, 1, 3, 1),
        "early": (2, 0, 0, 1, 0, 2, 1),
        "missed": (20, 1, 0, 0, 0, 0, 0),
        "chatter": (1, 0, 2, 0, 0, 0, 3),
    }


def test_the_first_state_counts_until_the_first_decision() -> None:
    undecided = np.full((1, 40), 0.5)
    scores = gripper_scores(undecided, [GripperThresholds()], _NEVER, _labels(), 10)
    assert scores.wrong[0, 0, 0] == 20  # open as it was found, and never told to close


def test_blocks_and_equal_courses_change_nothing(monkeypatch) -> None:
    random = np.random.default_rng(0)
    openings = random.random((7, 40))
    pairs = [GripperThresholds(0.5, 0.5), GripperThresholds(0.1, 0.9), GripperThresholds(0.3, 0.7)]
    held = random.random((2, 40)) < 0.2
    whole = gripper_scores(openings, pairs, held, _labels(), 3)
    monkeypatch.setattr(gripper_score, "_BLOCK", 1)
    parts = gripper_scores(openings, pairs, held, _labels(), 3)
    for name in ("wrong", "missed", "spurious", "early", "late", "off_frames", "changes"):
        assert (getattr(whole, name) == getattr(parts, name)).all()
    truth = gripper_open(_labels())
    mine = gripper_open(openings[3], pairs[2])  # begins as the label does: open from 0.5 on
    if not held[:, 0].any() and (openings[3, 0] >= 0.7 or openings[3, 0] <= 0.3):
        timing = match_events(events_of(mine), events_of(truth), 3)
        free = gripper_scores(openings[3:4], pairs[2:], _NEVER, _labels(), 3)
        assert (free.missed[0, 0, 0], free.spurious[0, 0, 0]) == (timing.missed, timing.spurious)
        assert free.wrong[0, 0, 0] == (mine != truth).sum()


def test_sums_of_bags() -> None:
    scores = gripper_scores(np.full((2, 40), 0.9), [GripperThresholds()], _NEVER, _labels(), 10)
    both = scores + scores + no_gripper_scores((2, 1, 1))
    assert (both.frames, both.events) == (80, 2)
    assert both.wrong.tolist() == [[[40]], [[40]]]
    assert both.missed[0, 0, 0] == pytest.approx(2)
