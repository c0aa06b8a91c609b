import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.bank.index import ExactIndex, RowFilter
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


def _episodes(rng: np.random.Generator, rows: int, size: int, noise: float) -> np.ndarray:
    """Rows near a plane of few dimensions: what a sketch is made for. With much noise it is of no use."""
    path = np.cumsum(rng.normal(size=(rows, 6)), axis=0) * 0.1
    return (path @ rng.normal(size=(6, size)) + noise * rng.normal(size=(rows, size))).astype(np.float32)


@pytest.mark.parametrize("kind", [np.float32, np.float16])
@pytest.mark.parametrize(("noise", "offset"), [(0.01, 0.0), (0.01, 300.0), (30.0, 0.0), (30.0, 300.0)])
def test_large_banks_equal_sorting_all_distances(noise: float, offset: float, kind: type) -> None:
    rng = np.random.default_rng(3)
    embeddings = (_episodes(rng, 1500, 256, noise) + offset).astype(kind)
    index = ExactIndex(embeddings)
    keep = RowFilter(rng.random(1500) < 0.3)
    for row in (0, 700, 1499):
        query = embeddings[row].astype(np.float32) + np.float32(0.02) * rng.normal(size=256).astype(np.float32)
        for k in (1, 10, 1000, 1500):
            found = index.query(query, k)
            expected_rows, expected_distances = _oracle(embeddings, query, k)
            np.testing.assert_array_equal(found.rows, expected_rows)
            np.testing.assert_allclose(found.distances, expected_distances, rtol=1e-12)
        kept = np.flatnonzero(keep.mask)
        found = index.query(query, 10, keep)
        np.testing.assert_array_equal(found.rows, kept[_oracle(embeddings[kept], query, 10)[0]])


@pytest.mark.parametrize("scale", [1e-25, 1e18])
def test_squares_beyond_float32_are_searched_all_the_same(scale: float) -> None:
    rng = np.random.default_rng(4)
    embeddings = (scale * _episodes(rng, 600, 256, 0.01).astype(np.float64)).astype(np.float32)
    query = embeddings[33] * np.float32(1.001)
    np.testing.assert_array_equal(ExactIndex(embeddings).query(query, 10).rows, _oracle(embeddings, query, 10)[0])


def test_equal_rows_of_a_large_bank_come_in_order() -> None:
    embeddings = np.repeat(_episodes(np.random.default_rng(5), 100, 256, 0.01), 10, axis=0)
    found = ExactIndex(embeddings).query(embeddings[505], 15)
    np.testing.assert_array_equal(found.rows[:10], range(500, 510))
    np.testing.assert_array_equal(found.rows, _oracle(embeddings, embeddings[505], 15)[0])


def test_a_bank_that_lies_in_one_point() -> None:
    embeddings = np.full((600, 256), 3.0, dtype=np.float32)
    np.testing.assert_array_equal(ExactIndex(embeddings).query(embeddings[0] + 1, 4).rows, [0, 1, 2, 3])


def test_contiguous_rows_are_not_copied() -> None:
    embeddings = np.random.default_rng(0).normal(size=(600, 256)).astype(np.float32)
    index = ExactIndex(embeddings)
    embeddings[17] = 7.0  # only to show whose memory it is
    assert index.query(embeddings[17], 600).distances[0] == 0.0


def test_filters() -> None:
    index = ExactIndex(np.arange(10, dtype=np.float32)[:, None])
    keep = RowFilter(np.arange(10) >= 7)
    np.testing.assert_array_equal(index.query(np.zeros(1), 2, keep).rows, [7, 8])
    np.testing.assert_array_equal(index.query(np.zeros(1), 9, keep).rows, [7, 8, 9])
    np.testing.assert_array_equal(np.unpackbits(keep.bitmap, bitorder="little")[:10], keep.mask)
    assert keep.part(0, 7) is None
    part = keep.part(6, 10)
    assert part is not None
    np.testing.assert_array_equal(part.mask, [False, True, True, True])
    with pytest.raises(InvalidInput, match="keeps 0 rows"):
        RowFilter(np.zeros(3, dtype=bool))
    with pytest.raises(InvalidInput, match="filter is of 3 rows; expected 10"):
        index.query(np.zeros(1), 1, RowFilter(np.ones(3, dtype=bool)))


def test_a_spoiled_row_is_not_answered() -> None:
    embeddings = np.zeros((5, 2), dtype=np.float32)
    embeddings[3, 1] = np.nan
    with pytest.raises(InvalidInput, match="row 3 of the bank holds NaN"):
        ExactIndex(embeddings).query(np.zeros(2), 5)
