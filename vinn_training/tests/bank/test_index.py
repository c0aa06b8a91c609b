import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.bank.index import ExactIndex
from vinn_training.exceptions import InvalidInput


def _oracle(embeddings: np.ndarray, query: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    distances = np.linalg.norm(embeddings.astype(np.float64) - query.astype(np.float64), axis=1)
    rows = sorted(range(len(embeddings)), key=lambda row: (distances[row], row))[:k]
    return np.array(rows), distances[rows]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 10_000), st.integers(1, 200), st.integers(1, 64), st.integers(1, 20),
    st.sampled_from([1e-6, 1.0, 1e6]), st.sampled_from([0.0, 1.0, 1e4]),
)  # fmt: skip
def test_equals_sorting_all_distances(seed: int, rows: int, size: int, k: int, scale: float, offset: float) -> None:
    """Far from the origin too, where ||e||^2 - 2 e.q + ||q||^2 in float32 has no correct digit left."""
    rng = np.random.default_rng(seed)
    embeddings = (offset * scale + scale * rng.normal(size=(rows, size))).astype(np.float32)
    query = (offset * scale + scale * rng.normal(size=size)).astype(np.float32)
    found = ExactIndex(embeddings).query(query, k)
    expected_rows, expected_distances = _oracle(embeddings, query, k)
    np.testing.assert_array_equal(found.rows, expected_rows)
    np.testing.assert_allclose(found.distances, expected_distances, rtol=1e-12)


def test_equal_distances_come_in_order_of_rows() -> None:
    embeddings = np.zeros((50, 4), dtype=np.float32)
    embeddings[30] = 1
    found = ExactIndex(embeddings).query(np.zeros(4, dtype=np.float32), 5)
    np.testing.assert_array_equal(found.rows, [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(found.distances, np.zeros(5))


def test_k_beyond_the_bank_is_all_of_it() -> None:
    found = ExactIndex(np.arange(6, dtype=np.float32).reshape(3, 2)).query(np.zeros(2, dtype=np.float32), 10)
    np.testing.assert_array_equal(found.rows, [0, 1, 2])


def test_far_queries_are_answered() -> None:
    embeddings = np.random.default_rng(0).normal(size=(100, 8)).astype(np.float32)
    query = np.full(8, 1e30, dtype=np.float32)
    found = ExactIndex(embeddings).query(query, 3)
    assert np.isfinite(found.distances).all()
    np.testing.assert_array_equal(found.rows, _oracle(embeddings, query, 3)[0])


def test_bad_queries_are_refused() -> None:
    index = ExactIndex(np.zeros((3, 2), dtype=np.float32))
    for query in (np.zeros(3), np.zeros((1, 2)), np.array([np.nan, 0]), np.array([0, np.inf])):
        with pytest.raises(InvalidInput, match="embedding"):
            index.query(query, 1)
    with pytest.raises(InvalidInput, match="k is 0"):
        index.query(np.zeros(2), 0)
    with pytest.raises(InvalidInput, match="neither zero"):
        ExactIndex(np.zeros((0, 2), dtype=np.float32))
