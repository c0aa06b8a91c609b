import numpy as np
import pytest

pytest.importorskip("torch")

from vinn_training.evaluation import bank_benchmark
from vinn_training.evaluation.bank_benchmark import bank_build_rows, building, one_by_one, write_demonstrations
from vinn_training.evaluation.benchmark import Timing
from vinn_training.evaluation.benchmark_encoders import random_encoder
from vinn_training.exceptions import InvalidInput


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_both_ways_embed_every_frame(tmp_path, suffix):
    encoder = random_encoder(tmp_path / "encoder", "resnet18", 32)
    write_demonstrations(tmp_path / "data", 1, 32, 32, suffix)
    assert len(list((tmp_path / "data").rglob(f"*{suffix}"))) == 60
    ours = building(tmp_path / "data", encoder)().bank.embeddings
    embeddings = one_by_one(tmp_path / "data", encoder)()
    assert embeddings.shape == (60, 512)
    np.testing.assert_allclose(embeddings, ours, rtol=1e-3, atol=1e-3 * np.abs(ours).max())


def test_the_time_is_that_of_all_frames(monkeypatch):
    def timed(makers, repetitions, warm_up):
        assert (len(makers), repetitions, warm_up) == (2, 3, 0)
        return [Timing(2000.0, 1000.0, 3000.0, 3), Timing(10000.0, 9000.0, 11000.0, 3)]

    for name in ("fastest_encoder", "random_encoder", "write_demonstrations"):
        monkeypatch.setattr(bank_benchmark, name, lambda *_: None)
    monkeypatch.setattr(bank_benchmark, "time_in_own_processes", timed)
    row, png = bank_build_rows(frames=600, measured=60)
    assert (row.row, png.row) == ("bank_build", "bank_build/png")
    assert (row.ours, row.peer, row.ratio, row.unit) == (20.0, 100.0, 5.0, "s")
    assert row.spread == {"ours": [10.0, 30.0], "peer": [90.0, 110.0]}
    assert "60 of 600 frames" in row.peer_name


def test_a_part_of_a_demonstration_is_refused():
    with pytest.raises(InvalidInput, match="70 frames measured in 3 repetitions; expected a multiple of 60"):
        bank_build_rows(measured=70)
