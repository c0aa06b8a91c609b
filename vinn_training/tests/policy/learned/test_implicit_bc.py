import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.interface import Observation, predict_episode
from vinn_training.policy.learned.implicit_bc import ImplicitBcConfig, ImplicitBcPolicy


@pytest.mark.parametrize("actions", ["cube", "sphere"])
def test_what_the_embedding_tells_is_learned(coloured, mean_colour, actions) -> None:
    *training, test = coloured(6, 20, 0)
    config = ImplicitBcConfig(steps=250, negatives=32, width=48, dropout=0.0, actions=actions, device="cpu")
    policy = ImplicitBcPolicy(config, seed=0)
    policy.fit(training, mean_colour)
    directions, _ = predict_episode(policy, test, mean_colour)
    assert ((directions - test.directions) ** 2).mean() < 0.15  # guessing: 0.67, the mean: 0.33
    if actions == "sphere":
        np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0, atol=1e-5)
    else:
        assert np.abs(directions).max() <= 1.0


def test_defaults_are_the_papers() -> None:
    config = ImplicitBcConfig()
    assert (config.steps, config.negatives, config.search.samples, config.actions) == (10_000, 256, 256, "cube")


def test_a_seed_gives_the_same_answers(coloured, mean_colour) -> None:
    training = coloured(1, 8, 0)
    answers = []
    for _ in range(2):
        policy = ImplicitBcPolicy(ImplicitBcConfig(steps=3, negatives=4, width=8, device="cpu"), seed=5)
        policy.fit(training, mean_colour)
        answers.append(predict_episode(policy, training[0], mean_colour)[0])
    np.testing.assert_array_equal(*answers)


def test_mistakes_are_said(coloured) -> None:
    policy = ImplicitBcPolicy(ImplicitBcConfig(device="cpu"))
    with pytest.raises(InvalidInput, match="before it was fitted"):
        policy.predict(Observation(embedding=np.zeros(3, dtype=np.float32)), 0)
    with pytest.raises(InvalidInput, match="needs an encoder"):
        policy.fit(coloured(1, 3, 0), None)
    with pytest.raises(InvalidInput, match="'line'"):
        ImplicitBcConfig(actions="line")  # type: ignore[arg-type]
