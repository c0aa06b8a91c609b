import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.encoder.action_error import ActionProbe, neighbour_action_error
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

pytest.importorskip("torch")


def test_the_papers_worked_example() -> None:
    """Distances 0.5, 0.8, 1.2 from a query at the origin."""
    bank = np.array([[0.5, 0.0], [0.0, 0.8], [-1.2, 0.0], [50.0, 0.0]], dtype=np.float32)
    actions = np.array([[0.10, 0.00, -0.05], [0.12, 0.02, -0.03], [0.08, -0.01, -0.06], [1, 1, 1]], dtype=np.float32)
    right = np.array([[0.1022, 0.0044, -0.0456]], dtype=np.float32)
    query = np.zeros((1, 2), dtype=np.float32)
    assert neighbour_action_error(bank, actions, query, right, 3, 1.0) < 1e-8
    shifted = right + np.array([[0.3, 0.0, 0.0]], dtype=np.float32)
    assert neighbour_action_error(bank, actions, query, shifted, 3, 1.0) == pytest.approx(0.03, abs=1e-4)


def test_agrees_with_the_policys_regression() -> None:
    from vinn_training.policy.knn import regress, softmin_weights

    rng = np.random.default_rng(0)
    bank, queries = (rng.normal(size=(count, 8)).astype(np.float32) + 30.0 for count in (60, 700))
    actions, right = (rng.normal(size=(count, 3)).astype(np.float32) for count in (60, 700))
    squares = []
    for query, action in zip(queries, right, strict=True):
        distances = np.linalg.norm(bank.astype(np.float64) - query, axis=1)
        nearest = np.argsort(distances)[:5]
        squares.append((regress(actions[nearest], softmin_weights(distances[nearest], 0.5)) - action) ** 2)
    found = neighbour_action_error(bank, actions, queries, right, 5, 0.5)
    assert found == pytest.approx(float(np.mean(squares)), abs=1e-6)


def test_a_bank_smaller_than_k_is_used_whole() -> None:
    bank, actions = np.zeros((2, 4), dtype=np.float32), np.eye(3, dtype=np.float32)[:2]
    right = np.array([[0.5, 0.5, 0.0]], dtype=np.float32)
    assert neighbour_action_error(bank, actions, np.ones((1, 4), dtype=np.float32), right, 10, 1.0) < 1e-12


def _demonstration(name: str, count: int) -> Demonstration:
    images = [np.full((20, 20, 3), 10 * index, dtype=np.uint8) for index in range(count)]
    return Demonstration.from_images(name, images, np.tile([0.0, 0.0, 1.0], (count, 1)), np.ones(count))


def test_probe_keeps_demonstrations_apart() -> None:
    training, held_out = [_demonstration("a", 3), _demonstration("b", 2)], [_demonstration("c", 4)]
    probe = ActionProbe.from_demonstrations(training, held_out, Preprocessing(size=16))
    assert (probe.bank_directions.shape, probe.frames.shape) == ((5, 3), (4, 16, 16, 3))
    with pytest.raises(InvalidInput, match="demonstration b is trained on and held out"):
        ActionProbe.from_demonstrations(training, [*held_out, training[1]], Preprocessing(size=16))
    with pytest.raises(InvalidInput, match="expected at least one"):
        ActionProbe(probe.bank_directions, probe.frames[:0], probe.directions[:0])
