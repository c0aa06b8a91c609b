import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.evaluation.embedding_map import map_embeddings, phases, principal_components
from vinn_training.exceptions import InvalidInput, MissingDependency
from vinn_training.policy.nearest_neighbors import bank_of


@pytest.mark.parametrize("shape", [(40, 6), (5, 30)])
def test_components_are_those_of_the_singular_value_decomposition(shape) -> None:
    embeddings = np.random.default_rng(0).normal(size=shape).astype(np.float32) * np.arange(1, shape[1] + 1)
    points, explained = principal_components(embeddings.astype(np.float32))
    left, singular, _ = np.linalg.svd(embeddings - embeddings.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(points), np.abs(left[:, :2] * singular[:2]), rtol=1e-3, atol=1e-3)
    assert explained == pytest.approx((singular[:2] ** 2).sum() / (singular**2).sum(), rel=1e-4)
    assert (points[np.abs(points).argmax(axis=0), [0, 1]] > 0).all()


def test_equal_embeddings_fall_on_one_point() -> None:
    points, explained = principal_components(np.ones((4, 3), dtype=np.float32))
    np.testing.assert_allclose(points, 0, atol=1e-6)
    assert explained == 0.0


def test_rows_carry_phase_and_gripper(coloured, mean_colour) -> None:
    bank = bank_of(coloured(2, 5, 0), mean_colour)
    found = map_embeddings(bank, "pca")
    np.testing.assert_allclose(found.phase, [0, 0.25, 0.5, 0.75, 1] * 2)
    row = found.rows(bank)[6]
    assert (row["demonstration"], row["frame"], row["phase"], row["gripper"]) == ("demo_1", 1, 0.25, 1.0)


def test_a_demonstration_of_one_frame_is_at_its_start() -> None:
    zero = np.zeros(2, dtype=np.int32)
    bank = Bank(np.eye(2), np.zeros((2, 3)), np.ones(2), np.arange(2, dtype=np.int32), zero, ("a", "b"), "e")
    np.testing.assert_array_equal(phases(bank), [0, 0])


def test_what_cannot_be_mapped_is_said(coloured, mean_colour, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "umap", None)
    bank = bank_of(coloured(1, 4, 0), mean_colour)
    with pytest.raises(MissingDependency, match="pip install umap-learn"):
        map_embeddings(bank, "umap")
    assert map_embeddings(bank, "auto").method == "pca"
    with pytest.raises(InvalidInput, match="two frames"):
        map_embeddings(bank_of(coloured(1, 1, 0), mean_colour))
