import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.interface import Observation, predict_episode
from vinn_training.policy.learned.bc_rep import BcRepConfig, BcRepPolicy

SMALL = BcRepConfig(epochs=150, batch_size=32, hidden=(64, 32), device="cpu")


def test_what_the_embedding_tells_is_learned(coloured, mean_colour) -> None:
    *training, test = coloured(7, 20, 0)
    policy = BcRepPolicy(SMALL, seed=0)
    policy.fit(training, mean_colour)
    directions, _ = predict_episode(policy, test, mean_colour)
    assert ((directions - test.directions) ** 2).mean() < 0.02  # guessing: 0.67, the mean: 0.33


def test_unit_directions_where_asked(coloured, mean_colour) -> None:
    training = coloured(2, 10, 0)
    policy = BcRepPolicy(BcRepConfig(epochs=2, hidden=(8,), unit=True, device="cpu"))
    policy.fit(training, mean_colour)
    directions, openings = predict_episode(policy, training[0], mean_colour)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0, atol=1e-6)
    assert set(np.round(openings * 3)) <= {0, 1, 2, 3}


def test_a_seed_decides(coloured, mean_colour) -> None:
    training = coloured(2, 10, 0)
    answers = []
    for seed in (0, 0, 1):
        policy = BcRepPolicy(BcRepConfig(epochs=1, hidden=(8,), device="cpu"), seed)
        policy.fit(training, mean_colour)
        answers.append(predict_episode(policy, training[0], mean_colour)[0])
    np.testing.assert_array_equal(answers[0], answers[1])
    assert not np.array_equal(answers[0], answers[2])


def test_mistakes_are_said(coloured, mean_colour) -> None:
    with pytest.raises(InvalidInput, match="before it was fitted"):
        BcRepPolicy(SMALL).predict(Observation(embedding=np.zeros(3, dtype=np.float32)), 0)
    with pytest.raises(InvalidInput, match="BC-rep needs an encoder"):
        BcRepPolicy(SMALL).fit(coloured(1, 3, 0), None)
    with pytest.raises(InvalidInput, match="epochs is 0"):
        BcRepConfig(epochs=0)
    with pytest.raises(InvalidInput, match=r"hidden\[1\] is -3"):
        BcRepConfig(hidden=(4, -3))
