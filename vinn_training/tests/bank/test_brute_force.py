import numpy as np

from vinn_training.bank.brute_force import nearest_elsewhere


def test_equals_nested_loops_far_from_the_origin() -> None:
    rng = np.random.default_rng(0)
    rows = (100.0 + rng.normal(size=(90, 7))).astype(np.float32)
    owners = np.repeat(np.arange(9, dtype=np.int32), 10)
    owners[80:] = -1  # belong to nobody
    queries = np.array([0, 33, 79])
    found = nearest_elsewhere(rows, owners, queries, 4)
    for place, query in enumerate(queries):
        others = [row for row in range(90) if owners[row] not in (-1, owners[query])]
        distances = {row: float(np.linalg.norm(rows[row].astype(float) - rows[query].astype(float))) for row in others}
        expected = sorted(others, key=lambda row: (distances[row], row))[:4]
        np.testing.assert_array_equal(found.rows[place], expected)
        np.testing.assert_allclose(found.distances[place], [distances[row] for row in expected], rtol=1e-12)


def test_blocks_make_no_difference() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(5000, 3)).astype(np.float32)
    found = nearest_elsewhere(rows, np.arange(5000, dtype=np.int32), np.array([4999]), 2)
    distances = np.linalg.norm(rows.astype(float) - rows[4999].astype(float), axis=1)
    np.testing.assert_array_equal(found.rows[0], np.argsort(distances)[1:3])


def test_too_few_others_are_marked() -> None:
    found = nearest_elsewhere(np.eye(3, dtype=np.float32), np.array([0, 0, 1], dtype=np.int32), np.array([0]), 3)
    np.testing.assert_array_equal(found.rows[0], [2, -1, -1])
    assert np.isinf(found.distances[0, 1:]).all()
