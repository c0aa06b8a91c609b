import numpy as np
import pytest

from vinn_training.bank.row_blocks import as_rows, nearest_among, row_blocks
from vinn_training.exceptions import InvalidInput


def test_blocks_are_views_that_cover_all_rows() -> None:
    rows = np.zeros((1000, 1024), dtype=np.float32)
    blocks = list(row_blocks(rows))
    assert [start for start, _ in blocks] == [0, 256, 512, 768]
    assert all(np.shares_memory(block, rows) for _, block in blocks)
    assert sum(len(block) for _, block in blocks) == 1000


def test_only_what_is_no_plain_array_is_copied() -> None:
    rows = np.zeros((4, 3), dtype=np.float32)
    assert np.shares_memory(as_rows(rows), rows)
    half = rows.astype(np.float16)
    assert np.shares_memory(as_rows(half), half)
    assert as_rows(np.asfortranarray(rows)).flags.c_contiguous
    assert as_rows(rows.astype(np.float64)).dtype == np.float32


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_the_nearest_of_some_rows(scale: float) -> None:
    rng = np.random.default_rng(0)
    rows = (scale * rng.normal(size=(500, 300))).astype(np.float32)
    query = (scale * rng.normal(size=300)).astype(np.float32)
    some = np.arange(0, 500, 2)
    found, distances = nearest_among(rows, some, query, 7)
    expected = np.sqrt(((rows[some].astype(np.float64) - query.astype(np.float64)) ** 2).sum(axis=1))
    order = np.argsort(expected)[:7]
    np.testing.assert_array_equal(found, some[order])
    np.testing.assert_allclose(distances, expected[order], rtol=1e-12)


def test_infinity_is_refused() -> None:
    rows = np.zeros((3, 2), dtype=np.float32)
    rows[2, 0] = np.inf
    with pytest.raises(InvalidInput, match="row 2"):
        nearest_among(rows, np.arange(3), np.zeros(2, dtype=np.float32), 1)
