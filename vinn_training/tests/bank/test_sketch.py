import numpy as np
import pytest

from vinn_training.bank.row_blocks import rounding_margin
from vinn_training.bank.sketch import Sketch, principal_directions


@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_distances_are_never_longer_than_those_of_the_rows(offset: float) -> None:
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(700, 8)) @ rng.normal(size=(8, 300)) + 0.5 * rng.normal(size=(700, 300)) + offset).astype(
        np.float32
    )
    sketch = Sketch(rows)
    assert sketch.points is not None
    for query in (rows[5].astype(np.float64), rng.normal(size=300), rows[9] + 3.0):
        query = query.astype(np.float32).astype(np.float64)
        centred = query - sketch.centre
        squares = ((rows.astype(np.float64) - query) ** 2).sum(axis=1)
        bounds = sketch.scores(centred).astype(np.float64) + centred @ centred
        margin = rounding_margin(64, (sketch.largest_norm + np.linalg.norm(centred)) ** 2)
        assert (bounds <= squares + margin).all()


def test_low_dimensional_rows_are_bounded_tightly() -> None:
    rng = np.random.default_rng(1)
    rows = (rng.normal(size=(600, 20)) @ rng.normal(size=(20, 256))).astype(np.float32)
    sketch = Sketch(rows)
    centred = rows[3] - sketch.centre
    squares = ((rows - rows[3]).astype(np.float64) ** 2).sum(axis=1)
    np.testing.assert_allclose(sketch.scores(centred) + centred @ centred, squares, rtol=1e-3, atol=1.0)


def test_small_banks_have_none() -> None:
    assert Sketch(np.zeros((100, 256), dtype=np.float32)).points is None
    assert Sketch(np.zeros((600, 20), dtype=np.float32)).points is None


def test_principal_directions_are_those_of_the_singular_values() -> None:
    rng = np.random.default_rng(2)
    sample = rng.normal(size=(300, 50)) * (0.7 ** np.arange(50))
    sample -= sample.mean(axis=0)
    basis = principal_directions(sample, 5)
    np.testing.assert_allclose(basis @ basis.T, np.eye(5), atol=1e-12)
    best = np.linalg.svd(sample, full_matrices=False)[1][:5]
    assert np.linalg.norm(sample @ basis.T) == pytest.approx(np.linalg.norm(best), rel=1e-4)
