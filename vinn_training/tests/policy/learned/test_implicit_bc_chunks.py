import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.interface import Observation, predict_episode
from vinn_training.policy.learned.derivative_free import SearchConfig
from vinn_training.policy.learned.implicit_bc_chunks import ChunkConfig, ImplicitBcChunksPolicy
from vinn_training.policy.learned.implicit_bc_sequence import SequenceConfig

SEQUENCE = SequenceConfig(horizon=4, action_steps=3, epochs=1, negatives=4, width=16,
                          search=SearchConfig(10, 2, 0.03, 1.0, "best"), device="cpu")  # fmt: skip


def test_it_looks_again_only_when_its_actions_are_spent(coloured, mean_colour) -> None:
    training = coloured(2, 8, 0)
    policy = ImplicitBcChunksPolicy(ChunkConfig(vision="frozen", unit=True, sequence=SEQUENCE))
    policy.fit(training, mean_colour)
    looks: list[np.ndarray] = []
    predict = policy._policy.predict

    def noted(images, states):
        looks.append(states)
        return predict(images, states)

    policy._policy.predict = noted  # type: ignore[method-assign]
    directions, openings = predict_episode(policy, training[0], mean_colour)
    embeddings = mean_colour.embed(training[0])
    assert len(looks) == 3  # at t = 0, 3 and 6
    np.testing.assert_array_equal(looks[0], embeddings[[0, 0]])
    np.testing.assert_array_equal(looks[1], embeddings[[2, 3]])
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0)
    assert (openings >= 0).all()
    assert (openings <= 1).all()
    predict_episode(policy, training[1], mean_colour)
    np.testing.assert_array_equal(looks[3], mean_colour.embed(training[1])[[0, 0]])  # a new episode starts anew


def test_pictures_of_its_own_network(coloured) -> None:
    training = coloured(1, 4, 0)
    policy = ImplicitBcChunksPolicy(ChunkConfig(sequence=SEQUENCE))
    policy.fit(training, None)
    directions, _ = predict_episode(policy, training[0], None)
    assert directions.shape == (4, 3)


def test_frozen_vision_needs_an_encoder(coloured) -> None:
    policy = ImplicitBcChunksPolicy(ChunkConfig(vision="frozen", sequence=SEQUENCE))
    with pytest.raises(InvalidInput, match="needs an encoder"):
        policy.fit(coloured(1, 4, 0), None)
    with pytest.raises(InvalidInput, match="'blind'"):
        ChunkConfig(vision="blind")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="no embedding"):
        policy.predict(Observation(), 0)
