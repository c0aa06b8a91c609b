import numpy as np

from vinn_training.bank.index import ExactIndex, RowFilter
from vinn_training.bank.joined_index import JoinedIndex


def test_equals_one_index_over_all_rows() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 5)).astype(np.float32)
    rows[50] = rows[3]  # equal distances across parts come in order of the rows, too
    joined, one = JoinedIndex([ExactIndex(rows[:20]), ExactIndex(rows[20:21]), ExactIndex(rows[21:])]), ExactIndex(rows)
    assert len(joined) == 60
    for keep in (None, RowFilter(rng.random(60) < 0.4), RowFilter(np.arange(60) >= 21), RowFilter(np.arange(60) == 20)):
        for k in (1, 7, 100):
            found, expected = joined.query(rows[3], k, keep), one.query(rows[3], k, keep)
            np.testing.assert_array_equal(found.rows, expected.rows)
            np.testing.assert_array_equal(found.distances, expected.distances)
