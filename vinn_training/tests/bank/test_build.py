import numpy as np
import pytest

from vinn_training.bank.build import build_bank
from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput

from .conftest import MeanColourRuntime


def test_rows_follow_demonstrations_and_frames(demonstrations: list[Demonstration]) -> None:
    runtime = MeanColourRuntime("e")
    steps: list[tuple[int, int]] = []
    bank, thumbnails = build_bank(demonstrations, runtime, batch_size=4, progress=lambda *step: steps.append(step))
    assert runtime.batches == [4, 4, 4, 3]
    assert steps == [(4, 15), (8, 15), (12, 15), (15, 15)]
    for row in range(15):
        demo, frame = divmod(row, 5)
        assert (bank.demonstration[row], bank.frame[row]) == (demo, frame)
        np.testing.assert_allclose(bank.embeddings[row, :3], [40 * demo, 10 * frame, 90])
        assert np.abs(thumbnails[row].astype(int).mean(axis=(0, 1)) - [40 * demo, 10 * frame, 90]).max() < 8
    np.testing.assert_allclose(bank.gripper[:5], [1, 0.75, 0.5, 0.25, 0])
    np.testing.assert_allclose(np.linalg.norm(bank.directions.astype(np.float64), axis=1), 1.0, atol=1e-7)
    assert (bank.encoder_id, bank.demonstration_names) == ("e", ("demo_0", "demo_1", "demo_2"))


def test_refusals(demonstrations: list[Demonstration]) -> None:
    runtime = MeanColourRuntime("e")
    with pytest.raises(InvalidInput, match="no demonstrations"):
        build_bank([], runtime)
    with pytest.raises(InvalidInput, match="batch size is 0"):
        build_bank(demonstrations, runtime, batch_size=0)
    with pytest.raises(InvalidInput, match="not all different"):
        build_bank([demonstrations[0], demonstrations[0]], runtime)
