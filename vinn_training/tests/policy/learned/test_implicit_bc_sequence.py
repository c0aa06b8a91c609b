import math

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.derivative_free import SearchConfig
from vinn_training.policy.learned.implicit_bc_sequence import SequenceConfig, SequenceImplicitBc
from vinn_training.policy.learned.sequences import SequenceEpisode

SEARCH = SearchConfig(samples=100, iterations=5, noise=0.03, shrink=1.0, variant="best")
TINY = SequenceConfig(horizon=3, action_steps=2, epochs=40, negatives=32, learning_rate=3e-3, width=48, dropout=0.0,
                      search=SEARCH, device="cpu")  # fmt: skip


def _episodes(count: int, seed: int) -> list[SequenceEpisode]:
    """The state is a slowly changing number; the action is that number in units of 4 mm."""
    random = np.random.default_rng(seed)
    made = []
    for index in range(count):
        states = np.cumsum(random.normal(size=(20, 1)) * 0.2, axis=0) + random.uniform(-1, 1)
        made.append(SequenceEpisode(f"e{index}", (0.004 * states).astype(np.float32), states.astype(np.float32)))
    return made


def _error(policy: SequenceImplicitBc, episodes: list[SequenceEpisode]) -> float:
    errors = []
    for item in episodes:
        for t in range(1, len(item)):
            actions = policy.predict({}, item.states[t - 1 : t + 1])
            errors.append((actions[0] - item.actions[t]) ** 2)
    return float(np.mean(errors))


def test_the_first_action_belongs_to_the_newest_observation() -> None:
    training, test = _episodes(12, 0), _episodes(2, 1)
    policy = SequenceImplicitBc(TINY, seed=0)
    policy.fit(training)
    spread = np.concatenate([item.actions for item in training]).var()
    assert _error(policy, test) < 0.15 * spread
    assert policy.last_loss < 0.8 * math.log(33)  # guessing among 1 + 32


def test_defaults_are_the_notes() -> None:
    config = SequenceConfig()
    assert (config.horizon, config.observation_steps, config.action_steps, config.negatives) == (10, 2, 8, 100)
    assert config.search == SearchConfig(samples=100, iterations=5, noise=0.03, shrink=1.0, variant="sample")


@pytest.mark.parametrize("variant", ["best", "sample"])
def test_cameras_and_numbers_side_by_side_give_a_chunk_of_actions(variant) -> None:
    random = np.random.default_rng(0)
    episodes = [
        SequenceEpisode(
            f"e{index}",
            random.uniform(-1, 1, (5, 7)).astype(np.float32),
            random.normal(size=(5, 9)).astype(np.float32),
            {name: random.integers(0, 256, (5, 24, 24, 3), dtype=np.uint8) for name in ("agent.view", "hand")},
        )
        for index in range(2)
    ]
    search = SearchConfig(samples=10, iterations=2, noise=0.03, shrink=1.0, variant=variant)
    policy = SequenceImplicitBc(SequenceConfig(epochs=1, negatives=4, width=16, search=search, device="cpu"), seed=0)
    policy.fit(episodes)
    first = episodes[0]
    actions = policy.predict({name: images[:2] for name, images in first.images.items()}, first.states[:2])
    assert actions.shape == (8, 7)
    assert np.isfinite(actions).all()
    with pytest.raises(InvalidInput, match="expected"):
        policy.predict({"hand": first.images["hand"][:2]}, first.states[:2])
    with pytest.raises(InvalidInput, match="expected"):
        policy.predict({name: images[:2] for name, images in first.images.items()}, first.states[:1])


def test_a_horizon_that_is_too_short_is_refused() -> None:
    with pytest.raises(InvalidInput, match="horizon is 8; expected at least 9"):
        SequenceConfig(horizon=8)
    with pytest.raises(InvalidInput, match="before it was fitted"):
        SequenceImplicitBc(TINY).predict({}, np.zeros((2, 1), dtype=np.float32))
