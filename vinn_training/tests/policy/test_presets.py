import math
from pathlib import Path

import numpy as np
import pytest
import yaml

from vinn_training.bank.bank import Bank
from vinn_training.policy.presets import PRESETS
from vinn_training.policy.vinn_policy import VinnPolicy


def _bank_along_a_line(rows: int) -> Bank:
    """Row i at distance i + 1 from the origin, with direction (0, 0, 1) and the opening 1 / (i + 1)."""
    return Bank(
        embeddings=np.array([[index + 1.0, 0.0] for index in range(rows)], dtype=np.float32),
        directions=np.tile(np.array([0.0, 0.0, 1.0], dtype=np.float32), (rows, 1)),
        gripper=np.array([1.0 / (index + 1) for index in range(rows)], dtype=np.float32),
        demonstration=np.zeros(rows, dtype=np.int32),
        frame=np.arange(rows, dtype=np.int32),
        demonstration_names=("line",),
        encoder_id="line",
    )


@pytest.mark.parametrize(("name", "k"), [("paper", 10), ("small", 10), ("vinn_code", 5), ("dobbe", 5)])
def test_as_many_neighbours_at_a_temperature_of_one(name: str, k: int) -> None:
    """The opening is sum exp(-d) / d over sum exp(-d), d = 1 ... k, written out; and one neighbour more changes it."""
    action = VinnPolicy(_bank_along_a_line(12), PRESETS[name]).act(np.zeros(2, dtype=np.float32))
    assert len(action.neighbors) == k
    weights = [math.exp(-d) for d in range(1, k + 1)]
    expected = sum(weight / d for d, weight in enumerate(weights, start=1)) / sum(weights)
    assert action.gripper_opening == pytest.approx(expected, abs=1e-9)


def test_five_neighbours_by_hand() -> None:
    """exp(-1) ... exp(-5): 0.367879, 0.135335, 0.049787, 0.018316, 0.006738, of sum 0.578055."""
    action = VinnPolicy(_bank_along_a_line(12), PRESETS["vinn_code"]).act(np.zeros(2, dtype=np.float32))
    weights = [neighbor.weight for neighbor in action.neighbors]
    assert weights == pytest.approx([0.636409, 0.234122, 0.086129, 0.031685, 0.011656], abs=1e-6)


@pytest.mark.parametrize("name", ["vinn_code", "dobbe"])
def test_the_robots_parameter_file_has_the_same_numbers(name: str) -> None:
    file = Path(__file__).resolve().parents[3] / "config" / f"policy_{name}.yaml"
    parameters = yaml.safe_load(file.read_text())["/**/policy"]["ros__parameters"]
    assert parameters == {"k": PRESETS[name].k, "temperature": PRESETS[name].temperature}
