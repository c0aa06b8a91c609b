import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.split import split_frames


def test_episodes_stay_whole_where_there_are_enough() -> None:
    episodes = [f"demo_{number}" for number in range(8) for _ in range(12)]
    states = np.tile(np.repeat([0, 1, 2, 3], 3), 8)
    split = split_frames(episodes, list(range(12)) * 8, states, 0.25, seed=3)
    assert split.by == "episodes"
    names = np.array(episodes)
    assert set(names[split.training]).isdisjoint(names[split.validation])
    assert len(set(names[split.validation])) == 2
    assert sorted([*split.training, *split.validation]) == list(range(96))
    again = split_frames(episodes, list(range(12)) * 8, states, 0.25, seed=3)
    assert again.validation.tolist() == split.validation.tolist()


def test_a_rare_state_is_on_both_sides() -> None:
    """Only two of ten demonstrations have state 1: the draw must part them."""
    episodes = [f"demo_{number}" for number in range(10) for _ in range(6)]
    states = np.zeros(60, dtype=np.int64)
    states[[3, 4, 57, 58]] = 1
    for seed in range(5):
        split = split_frames(episodes, list(range(6)) * 10, states, 0.2, seed)
        assert set(states[split.validation]) == set(states[split.training]) == {0, 1}


def test_a_single_video_is_split_in_time() -> None:
    frames = list(range(0, 400, 10))
    states = np.repeat([3, 0], 20)
    order = np.random.default_rng(0).permutation(40)  # labels may come in any order
    split = split_frames(["video"] * 40, [frames[i] for i in order], states[order], 0.25, seed=0)
    assert split.by == "stretches"
    learnt = sorted(frames[order[row]] for row in split.training)
    measured = sorted(frames[order[row]] for row in split.validation)
    assert measured == [150, 160, 170, 180, 190, 350, 360, 370, 380, 390]
    assert learnt == [*range(0, 140, 10), *range(200, 340, 10)]  # 140 and 340, next to the others, are left out


def test_what_cannot_be_split() -> None:
    with pytest.raises(InvalidInput, match="state number 1"):
        split_frames(["video"] * 22, list(range(22)), np.array([0] * 20 + [1] * 2), 0.25, 0)
    with pytest.raises(InvalidInput, match="fraction"):
        split_frames(["video"] * 4, list(range(4)), np.zeros(4, dtype=np.int64), 1.0, 0)
