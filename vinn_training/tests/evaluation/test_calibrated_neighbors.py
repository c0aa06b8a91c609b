import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.evaluation.calibrated_neighbors import FACTORS, CalibratedNeighborsPolicy, best_temperature
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.interface import predict_episode


def _bank(scale: float = 1.0, demonstrations: int = 6) -> Bank:
    """Directions that follow from the embedding, and noise on them that only a mean over neighbours takes away."""
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(40 * demonstrations, 4))
    directions = embeddings[:, :3] + 0.8 * random.normal(size=(len(embeddings), 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    demonstration = np.repeat(np.arange(demonstrations), 40).astype(np.int32)
    frame = np.tile(np.arange(40), demonstrations).astype(np.int32)
    names = tuple(f"d{index}" for index in range(demonstrations))
    values = (scale * embeddings).astype(np.float32)
    return Bank(values, directions, np.ones(len(values)), demonstration, frame, names, "e")


def test_it_is_the_best_of_a_loop_over_rows_demonstrations_and_temperatures() -> None:
    bank, k = _bank(), 5
    nearest, errors = [], {}
    for row in range(len(bank)):
        others = np.flatnonzero(bank.demonstration != bank.demonstration[row])
        distances = np.linalg.norm(bank.embeddings[others] - bank.embeddings[row], axis=1)
        nearest.append(distances.min())
    for factor in FACTORS:
        temperature, total = factor * float(np.median(nearest)), 0.0
        for row in range(len(bank)):
            others = np.flatnonzero(bank.demonstration != bank.demonstration[row])
            distances = np.linalg.norm(bank.embeddings[others] - bank.embeddings[row], axis=1)
            chosen = np.argsort(distances)[:k]
            weights = np.exp(-(distances[chosen] - distances.min()) / temperature)
            answer = (weights[:, None] * bank.directions[others[chosen]]).sum(axis=0) / weights.sum()
            total += float(((answer - bank.directions[row]) ** 2).mean())
        errors[temperature] = total
    wanted = min(errors, key=errors.__getitem__)
    assert best_temperature(bank, PolicyConfig(k=k)) == pytest.approx(wanted, rel=1e-4)


def test_it_follows_the_scale_of_the_embeddings() -> None:
    one, ten = (best_temperature(_bank(scale), PolicyConfig()) for scale in (1.0, 10.0))
    assert ten == pytest.approx(10.0 * one, rel=1e-4)


def test_nothing_to_choose_on_leaves_the_given_one() -> None:
    config = PolicyConfig(temperature=0.7)
    assert best_temperature(_bank(demonstrations=1), config) == 0.7
    assert best_temperature(_bank(scale=0.0), config) == 0.7


def test_the_policy_answers_with_what_it_chose(coloured, mean_colour) -> None:
    demonstrations = coloured(4, 8, 0)
    policy = CalibratedNeighborsPolicy(PolicyConfig())
    policy.fit(demonstrations, mean_colour)
    assert policy.temperature < 1.0  # of colours that lie close together
    directions, _ = predict_episode(policy, demonstrations[0], mean_colour)
    assert directions.shape == (8, 3)
    with pytest.raises(InvalidInput, match="needs an encoder"):
        CalibratedNeighborsPolicy(PolicyConfig()).fit(demonstrations, None)
    with pytest.raises(InvalidInput, match="no demonstrations"):
        CalibratedNeighborsPolicy(PolicyConfig()).fit((), mean_colour)
