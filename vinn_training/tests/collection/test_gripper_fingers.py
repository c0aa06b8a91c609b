import numpy as np
import pytest

from vinn_training.collection.gripper_fingers import Finger, best_set, common_opening, way
from vinn_training.collection.patch_tracks import Patch, Track
from vinn_training.exceptions import CollectionError

OPENING = np.interp(np.arange(40), [0, 12, 18, 30, 34, 39], [1, 1, 0, 0, 0.5, 0.5])
_PATCH = Patch(0, 0, 2, np.zeros((5, 5, 3), np.float32), np.ones((5, 5), np.float32), np.ones(40, dtype=bool))


def _finger(start: tuple[float, float], end: tuple[float, float], opening: np.ndarray = OPENING) -> Finger:
    """A finger at `start` when closed and `end` when open."""
    places = np.array(start) + opening[:, None] * (np.array(end) - np.array(start))
    track = Track(places, np.ones(len(opening), dtype=bool), 1.0)
    return Finger(_PATCH, track, way(track)[0], 0.8)


LEFT, RIGHT = _finger((100, 50), (60, 50)), _finger((110, 50), (150, 52))


@pytest.mark.parametrize("fingers", [[LEFT, RIGHT], [RIGHT, LEFT]])
def test_apart_is_open(fingers: list[Finger]) -> None:
    best, sign = best_set(fingers, None, 5.0)
    np.testing.assert_allclose(common_opening(best, sign, 5.0), OPENING, atol=1e-6)


def test_a_sideways_shift_is_no_opening() -> None:
    """Both fingers move right by 8 pixels while closed, as when the thing they hold pulls them."""
    shift = 8.0 * np.isin(np.arange(40), range(22, 28))
    moved = []
    for finger in (LEFT, RIGHT):
        track = Track(finger.track.positions_px + shift[:, None] * [1.0, 0.0], finger.track.known, 1.0)
        moved.append(Finger(_PATCH, track, way(track)[0], 0.8))
    best, sign = best_set(moved, None, 5.0)
    found = common_opening(best, sign, 5.0)
    assert np.abs(found[22:28] - found[20]).max() < 0.05
    assert np.abs(moved[0].opening[24] - moved[0].opening[20]) > 0.15  # what one finger alone would say


def test_what_moves_otherwise_is_left_out() -> None:
    other = _finger((20, 20), (90, 20), np.linspace(0, 1, 40))
    best, _ = best_set([LEFT, other, RIGHT], None, 5.0)
    assert len(best) == 2
    assert not any(finger is other for finger in best)


def test_one_finger_opens_away_from_the_fixed_parts() -> None:
    twins = [LEFT, _finger((102, 56), (62, 56))]
    best, sign = best_set(twins, np.array([105.0, 120.0]), 5.0)
    np.testing.assert_allclose(common_opening(best, sign, 5.0), OPENING, atol=1e-6)
    with pytest.raises(CollectionError, match="not towards or away"):
        best_set(twins, None, 5.0)


def test_a_frame_in_which_no_finger_is_seen_is_unknown() -> None:
    known = np.arange(40) != 20
    hidden = []
    for finger in (LEFT, RIGHT):
        track = Track(finger.track.positions_px, known, 1.0)
        hidden.append(Finger(_PATCH, track, way(track)[0], 0.8))
    best, sign = best_set(hidden, None, 5.0)
    assert np.flatnonzero(np.isnan(common_opening(best, sign, 5.0))).tolist() == [20]
