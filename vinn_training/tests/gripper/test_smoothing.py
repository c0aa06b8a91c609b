import itertools

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.smoothing import smooth_states


def _chances(states: list[int], certainty: float = 0.9) -> np.ndarray:
    chances = np.full((len(states), 4), (1 - certainty) / 3, np.float32)
    chances[np.arange(len(states)), states] = certainty
    return chances


@pytest.mark.parametrize("smoothing", ["median", "chain"])
def test_a_single_odd_frame_is_corrected(smoothing: str) -> None:
    states = [3, 3, 3, 0, 3, 3, 3, 3, 2, 1, 0, 0, 0, 0]
    found = smooth_states(_chances(states), smoothing).tolist()  # type: ignore[arg-type]
    assert found == [3] * 8 + [2, 1] + [0] * 4
    assert smooth_states(_chances(states), "none").tolist() == states


def test_a_real_change_stays() -> None:
    states = [3] * 6 + [0] * 6
    assert smooth_states(_chances(states, 0.97), "chain").tolist() == states


def test_the_chain_is_the_likeliest_of_all_sequences() -> None:
    chances = np.random.default_rng(1).dirichlet(np.ones(4), 5).astype(np.float32)

    def likelihood(path: tuple[int, ...]) -> float:
        steps = [abs(a - b) for a, b in itertools.pairwise(path)]
        moves = sum(np.log(0.95) if step == 0 else step * np.log(0.05) for step in steps)
        return moves + sum(np.log(max(chances[i, s], 1e-3)) for i, s in enumerate(path))

    best = max(itertools.product(range(4), repeat=5), key=likelihood)
    assert smooth_states(chances, "chain").tolist() == list(best)


def test_short_sequences_and_unknown_ways() -> None:
    for smoothing in ("none", "median", "chain"):
        assert smooth_states(np.zeros((0, 4), np.float32), smoothing).tolist() == []  # type: ignore[arg-type]
        assert smooth_states(_chances([2]), smoothing).tolist() == [2]  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="none, median, chain"):
        smooth_states(_chances([2]), "mean")  # type: ignore[arg-type]
