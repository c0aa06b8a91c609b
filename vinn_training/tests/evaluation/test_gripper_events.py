import itertools

import numpy as np
import pytest

from vinn_training.evaluation.gripper_events import GripperEvent, events_of, gripper_open, match_events
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.gripper import GripperThresholds


def test_noise_between_the_thresholds_is_no_event() -> None:
    openings = np.array([1.0, 0.55, 0.45, 0.5, 0.3, 0.5, 0.59, 0.61, 0.5])
    np.testing.assert_array_equal(gripper_open(openings), [1, 1, 1, 1, 0, 0, 0, 1, 1])
    assert events_of(gripper_open(openings)) == (GripperEvent(4, False), GripperEvent(7, True))


def test_the_four_classes_are_two_open_and_two_closed() -> None:
    for value, is_open in ((0.0, False), (1 / 3, False), (2 / 3, True), (1.0, True)):
        assert gripper_open(np.array([value]))[0] == is_open
    assert gripper_open(np.array([0.5]))[0]
    assert not gripper_open(np.array([0.5]), GripperThresholds(0.5, 0.5))[0]


def test_late_early_missed_and_spurious() -> None:
    labelled = (GripperEvent(5, False), GripperEvent(20, True), GripperEvent(40, False))
    predicted = (GripperEvent(7, False), GripperEvent(18, True), GripperEvent(60, True))
    timing = match_events(predicted, labelled)
    assert timing.late_frames == (2, -2)
    assert (timing.missed, timing.spurious) == (1, 1)


def test_an_event_of_the_other_kind_does_not_count() -> None:
    timing = match_events((GripperEvent(5, True),), (GripperEvent(5, False),))
    assert (timing.late_frames, timing.missed, timing.spurious) == ((), 1, 1)


def test_a_labelled_event_is_found_once() -> None:
    timing = match_events((GripperEvent(4, False), GripperEvent(6, False)), (GripperEvent(5, False),))
    assert (len(timing.late_frames), timing.spurious) == (1, 1)


def test_no_pairing_finds_a_closer_pair_first() -> None:
    """Against every pairing tried out: the closest pair of all is always among those matched."""
    random = np.random.default_rng(0)
    for _ in range(50):
        labelled = tuple(GripperEvent(int(f), True) for f in sorted(random.choice(30, 3, replace=False)))
        predicted = tuple(GripperEvent(int(f), True) for f in sorted(random.choice(30, 3, replace=False)))
        offsets = [p.frame - t.frame for p, t in itertools.product(predicted, labelled)]
        closest = min(map(abs, offsets))
        timing = match_events(predicted, labelled)
        if closest <= 10:
            assert closest in map(abs, timing.late_frames)
        assert len(timing.late_frames) + timing.missed == len(timing.late_frames) + timing.spurious == 3


def test_an_empty_episode_is_refused() -> None:
    with pytest.raises(InvalidInput, match="T at least 1"):
        gripper_open(np.zeros(0))
