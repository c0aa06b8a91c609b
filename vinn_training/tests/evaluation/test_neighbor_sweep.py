import numpy as np
import pytest

from vinn_training.evaluation.neighbor_sweep import SweepPoint, best, nearest_actions, sweep
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.interface import predict_episode
from vinn_training.policy.nearest_neighbors import NearestNeighborsPolicy, bank_of


def test_every_point_is_what_the_policy_scores_at_that_k_and_temperature(coloured, mean_colour) -> None:
    *training, test = coloured(4, 8, 0)
    nearest = nearest_actions(bank_of(training, mean_colour), mean_colour.embed(test), 6)
    points = sweep(nearest, test.directions, (0.1, 1.0))
    assert [(point.k, point.temperature) for point in points] == [(k, t) for t in (0.1, 1.0) for k in range(1, 7)]
    for point in points:
        policy = NearestNeighborsPolicy(PolicyConfig(k=point.k, temperature=point.temperature))
        policy.fit(training, mean_colour)
        directions, _ = predict_episode(policy, test, mean_colour)
        assert point.mse == pytest.approx(((directions - test.directions) ** 2).mean(), abs=1e-6)


def test_the_best_point_prefers_fewer_neighbours_among_equals() -> None:
    points = [SweepPoint(3, 1.0, 0.2), SweepPoint(2, 1.0, 0.1), SweepPoint(4, 1.0, 0.1)]
    assert best(points) == points[1]
    with pytest.raises(InvalidInput, match="no points"):
        best([])


def test_a_small_bank_gives_fewer_points(coloured, mean_colour) -> None:
    (training,), (test,) = coloured(1, 3, 0), coloured(1, 2, 1)
    nearest = nearest_actions(bank_of([training], mean_colour), mean_colour.embed(test), 50)
    assert len(sweep(nearest, test.directions, (1.0,))) == 3
    with pytest.raises(InvalidInput, match="labels have shape"):
        sweep(nearest, np.zeros((5, 3)), (1.0,))
    with pytest.raises(InvalidInput, match="no test frames"):
        nearest_actions(bank_of([training], mean_colour), np.zeros((0, 3), dtype=np.float32), 5)
