import json

import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import DistanceCalibration, calibrate
from vinn_training.exceptions import InvalidInput


def _bank(embeddings: np.ndarray, demonstration: np.ndarray) -> Bank:
    count = len(embeddings)
    return Bank(
        embeddings, np.zeros((count, 3)), np.zeros(count), demonstration, np.zeros(count),
        tuple(f"d{index}" for index in range(int(demonstration.max()) + 1)), "e",
    )  # fmt: skip


def test_equals_nested_loops() -> None:
    rng = np.random.default_rng(0)
    embeddings, demonstration = 30 + rng.normal(size=(40, 5)), np.repeat(np.arange(4), 10)
    nearest = []
    for row in range(40):
        others = [other for other in range(40) if demonstration[other] != demonstration[row]]
        nearest.append(min(np.linalg.norm(embeddings[row] - embeddings[other]) for other in others))
    calibration = calibrate(_bank(embeddings, demonstration))
    assert calibration.count == 40
    np.testing.assert_allclose(calibration.distances, np.quantile(nearest, np.linspace(0, 1, 101)), rtol=1e-4)
    assert calibration.median == pytest.approx(np.median(nearest), rel=1e-4)


def test_own_demonstration_does_not_count() -> None:
    calibration = calibrate(_bank(np.array([[0.0], [0.1], [5.0], [5.1]]), np.array([0, 0, 1, 1])))
    assert calibration.distances[0] == pytest.approx(4.9)


def test_quantiles() -> None:
    calibration = DistanceCalibration(tuple(np.linspace(1.0, 3.0, 101)), 999)
    assert calibration.quantile(0.5) == 0.0
    assert calibration.quantile(2.0) == pytest.approx(0.4995)
    assert calibration.quantile(3.0) == pytest.approx(0.999)
    assert calibration.quantile(3.0001) == 1.0
    for distance in (1.0, 1.7, 2.0, 3.0):
        assert calibration.distance(calibration.quantile(distance)) == pytest.approx(distance)
    assert calibration.distance(1.0) == 3.0


def test_one_demonstration_says_nothing() -> None:
    calibration = calibrate(_bank(np.array([[0.0], [1.0]]), np.array([0, 0])))
    assert (calibration.distances, calibration.quantile(1e9), calibration.median) == ((), 0.0, 0.0)
    assert calibration.distance(0.5) is None


def test_large_banks_are_sampled_reproducibly() -> None:
    rng = np.random.default_rng(1)
    bank = _bank(rng.normal(size=(3000, 2)), np.arange(3000) % 7)
    first, again = calibrate(bank, seed=3), calibrate(bank, seed=3)
    assert first == again
    assert first.count == 2000


def test_json_round_trip_and_refusals() -> None:
    calibration = DistanceCalibration((0.0, 1.0, 2.5), 3)
    assert DistanceCalibration.from_dict(json.loads(json.dumps(calibration.to_dict()))) == calibration
    for distances in ((2.0, 1.0), (1.0,), (float("nan"), 1.0), (-1.0, 1.0)):
        with pytest.raises(InvalidInput):
            DistanceCalibration(distances, 3)
    with pytest.raises(InvalidInput):
        DistanceCalibration.from_dict({"distances": ["far"], "count": 1})
