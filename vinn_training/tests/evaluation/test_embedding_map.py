import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.evaluation.embedding_map import gripper_phases, map_embeddings, phases, principal_components
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
    np.testing.assert_array_equal(found.events, [0, 0, 1, 1, 1] * 2)
    row = found.rows(bank)[6]
    assert (row["demonstration"], row["frame"], row["phase"], row["gripper"]) == ("demo_1", 1, 0.25, 1.0)


def test_a_demonstration_of_one_frame_is_at_its_start() -> None:
    zero = np.zeros(2, dtype=np.int32)
    bank = Bank(np.eye(2), np.zeros((2, 3)), np.ones(2), np.arange(2, dtype=np.int32), zero, ("a", "b"), "e")
    np.testing.assert_array_equal(phases(bank), [0, 0])


def test_gripper_events_are_counted_in_time_order_with_hysteresis() -> None:
    opening = np.array([1.0, 0.0, 1.0, 0.55, 0.0, 1.0, 0.5], dtype=np.float32)
    frame = np.array([0, 3, 1, 2, 4, 5, 0], dtype=np.int32)
    demonstration = np.array([0, 0, 0, 0, 0, 0, 1], dtype=np.int32)
    bank = Bank(np.eye(7), np.zeros((7, 3)), opening, demonstration, frame, ("a", "b"), "e")
    np.testing.assert_array_equal(gripper_phases(bank), [0, 1, 0, 0, 1, 2, 0])


def test_umap_is_asked_for_two_axes_where_it_is_installed(coloured, mean_colour, monkeypatch) -> None:
    import sys
    from types import SimpleNamespace

    class Umap:
        def __init__(self, n_components: int, random_state: int) -> None:
            self.shape = (n_components, random_state)

        def fit_transform(self, embeddings: np.ndarray) -> np.ndarray:
            return np.full((len(embeddings), self.shape[0]), self.shape[1])

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Umap))
    found = map_embeddings(bank_of(coloured(1, 4, 0), mean_colour), "auto", seed=3)
    assert (found.method, found.explained) == ("umap", None)
    np.testing.assert_array_equal(found.points, np.full((4, 2), 3.0))


def test_what_cannot_be_mapped_is_said(coloured, mean_colour, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "umap", None)
    bank = bank_of(coloured(1, 4, 0), mean_colour)
    with pytest.raises(MissingDependency, match="pip install umap-learn"):
        map_embeddings(bank, "umap")
    assert map_embeddings(bank, "auto").method == "pca"
    with pytest.raises(InvalidInput, match="two frames"):
        map_embeddings(bank_of(coloured(1, 1, 0), mean_colour))
