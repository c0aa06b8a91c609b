import numpy as np
import pytest
import torch

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.sequences import MinMax, SequenceEpisode, action_rows, check_alike, observation_rows


def _episode(name: str = "a", frames: int = 4, states: int = 2, images: dict | None = None) -> SequenceEpisode:
    actions = np.zeros((frames, 3), dtype=np.float32)
    return SequenceEpisode(name, actions, np.zeros((frames, states), dtype=np.float32), images or {})


def test_windows_repeat_the_ends() -> None:
    np.testing.assert_array_equal(observation_rows(4, 2), [[0, 0], [0, 1], [1, 2], [2, 3]])
    np.testing.assert_array_equal(action_rows(4, 3), [[0, 1, 2], [1, 2, 3], [2, 3, 3], [3, 3, 3]])


def test_stretching_and_back() -> None:
    values = np.array([[0.0, 5.0, -1.0], [10.0, 5.0, 3.0]], dtype=np.float32)
    scale = MinMax(values, torch.device("cpu"))
    stretched = scale.normalise(torch.from_numpy(values))
    assert stretched.tolist() == [[-1.0, 0.0, -1.0], [1.0, 0.0, 1.0]]
    assert scale.low.tolist() == [-1.0, 0.0, -1.0]  # nothing is drawn along a constant component
    torch.testing.assert_close(scale.restore(stretched), torch.from_numpy(values))


def test_episodes_that_do_not_fit_are_named() -> None:
    with pytest.raises(InvalidInput, match="neither images nor states"):
        _episode(states=0)
    with pytest.raises(InvalidInput, match="wrist has 2 frames; expected 4"):
        _episode(images={"wrist": np.zeros((2, 4, 4, 3), dtype=np.uint8)})
    with pytest.raises(InvalidInput, match="NaN"):
        SequenceEpisode("a", np.full((1, 2), np.nan, dtype=np.float32), np.zeros((1, 1), dtype=np.float32))
    with pytest.raises(InvalidInput, match="'b' has cameras"):
        check_alike([_episode("a"), _episode("b", states=3)])
    with pytest.raises(InvalidInput, match="no episodes"):
        check_alike([])
