import numpy as np
import pytest

from vinn_training.bank.index import ExactIndex
from vinn_training.evaluation.benchmark_rows import paper_loop
from vinn_training.policy.knn import regress, softmin_weights


def test_the_peer_of_the_search_row_is_the_same_regression():
    rng = np.random.default_rng(1)
    embeddings = rng.normal(size=(50, 8)).astype(np.float32)
    directions = rng.normal(size=(50, 3)).astype(np.float32)
    query = rng.normal(size=8).astype(np.float32)
    nearest = ExactIndex(embeddings).query(query, 5)
    ours = regress(directions[nearest.rows], softmin_weights(nearest.distances, 1.0))
    assert paper_loop(query, embeddings, directions, 5) == pytest.approx(ours, abs=1e-6)


def test_one_neighbour_is_its_action():
    directions = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], dtype=np.float32)
    embeddings = np.array([[0.0], [4.0]], dtype=np.float32)
    assert paper_loop(np.array([3.0], dtype=np.float32), embeddings, directions, 1) == pytest.approx([0.0, 0.0, 1.0])
