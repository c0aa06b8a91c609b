import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from vinn_training.contracts import Demonstration, FloatArray, ImageArray
from vinn_training.demonstrations.splits import Split
from vinn_training.evaluation.export_cost import ExportCost, measure_cost, time_encoders
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.frame_encoder import FrameEncoder

Coloured = Callable[[int, int, int], tuple[Demonstration, ...]]


class Mapped:
    """An encoder whose embedding is a matrix times the picture's mean colour in [-1, 1]."""

    embedding_size = 3

    def __init__(self, matrix: np.ndarray, wait_s: float = 0.0) -> None:
        self.encoder_id = f"mapped {matrix.tolist()}"
        self._matrix = matrix.astype(np.float32)
        self._wait_s = wait_s

    def encode(self, images: Sequence[ImageArray] | ImageArray) -> FloatArray:
        time.sleep(self._wait_s)
        return np.stack([image.mean(axis=(0, 1)) / 127.5 - 1.0 for image in images]).astype(np.float32) @ self._matrix.T


SAME = np.eye(3)
#: A quarter turn about the third axis: distances stay.
TURNED = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
#: Tells nothing but the third component.
BLIND = np.diag([0.0, 0.0, 1.0])


@pytest.fixture
def split(coloured: Coloured) -> Split:
    demonstrations = coloured(5, 30, 0)
    return Split(demonstrations[:4], demonstrations[4:])


def _cost(split: Split, matrix: np.ndarray) -> ExportCost:
    config = PolicyConfig(k=5, temperature=0.1)
    return measure_cost(FrameEncoder(Mapped(SAME)), FrameEncoder(Mapped(matrix)), split, config)


def test_the_same_encoder_costs_nothing(split: Split) -> None:
    cost = _cost(split, SAME)
    assert (cost.training_frames, cost.test_frames) == (120, 30)
    assert cost.cosine_min == pytest.approx(1.0)
    assert (cost.neighbour_overlap, cost.mse_change) == (1.0, 0.0)
    assert cost.mse_before < 0.1  # the colours tell the action


def test_a_turned_space_has_other_cosines_and_the_same_neighbours(split: Split) -> None:
    cost = _cost(split, TURNED)
    (test,) = split.test
    expected = [direction[2] ** 2 for direction in test.directions]  # of (x, y, z) and (-y, x, z), unit length
    assert cost.cosine_min == pytest.approx(min(expected), abs=0.02)
    assert cost.cosine_median == pytest.approx(np.median(expected), abs=0.02)
    assert cost.neighbour_overlap > 0.99
    assert cost.mse_after == pytest.approx(cost.mse_before, rel=1e-4)


def test_a_space_that_lost_what_matters_is_told(split: Split) -> None:
    cost = _cost(split, BLIND)
    assert cost.neighbour_overlap < 0.5
    assert cost.mse_change > 1.0
    assert cost.to_dict()["mse_change"] == cost.mse_after / cost.mse_before - 1.0


def test_an_error_of_zero_has_no_relative_change() -> None:
    assert ExportCost(1, 1, 1.0, 1.0, 1.0, 0.0, 0.0).mse_change == 0.0
    assert ExportCost(1, 1, 1.0, 1.0, 1.0, 0.0, 0.1).mse_change == 1.0


def test_times_are_told_apart() -> None:
    image = np.zeros((4, 4, 3), dtype=np.uint8)
    slow, fast = time_encoders([Mapped(SAME, wait_s=0.02), Mapped(SAME)], image, repetitions=3)
    assert slow >= 20.0
    assert slow > fast
