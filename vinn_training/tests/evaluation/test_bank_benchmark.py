import numpy as np
import pytest

pytest.importorskip("torch")

from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.bank_benchmark import bank_build_row, build_times, one_by_one, write_demonstrations
from vinn_training.evaluation.benchmark_encoders import EagerEncoder, random_encoder
from vinn_training.exceptions import InvalidInput


def test_both_ways_embed_every_frame(tmp_path):
    encoder = random_encoder(tmp_path / "encoder", "resnet18", 32)
    demonstrations = write_demonstrations(tmp_path / "data", 1, 32, 32)
    peer = EagerEncoder(encoder)
    embeddings = one_by_one(demonstrations, peer)
    assert embeddings.shape == (60, 512)
    runtime = load_runtime(encoder)
    ours = runtime.encode([demonstrations[0].load_image(frame) for frame in range(60)])
    np.testing.assert_allclose(embeddings, ours, rtol=1e-3, atol=1e-3 * np.abs(ours).max())
    times = build_times(demonstrations, runtime, peer, 1)
    assert times.ours_s.shape == times.peer_s.shape == (1,)
    assert min(times.ours_s.min(), times.peer_s.min()) > 0


def test_the_time_is_that_of_all_frames(monkeypatch):
    from vinn_training.evaluation import bank_benchmark
    from vinn_training.evaluation.bank_benchmark import BuildTimes

    times = BuildTimes(np.array([1.0, 2.0, 3.0]), np.array([10.0, 10.0, 10.0]))
    monkeypatch.setattr(bank_benchmark, "build_times", lambda *_: times)
    monkeypatch.setattr(bank_benchmark, "fastest_encoder", lambda *_: None)
    monkeypatch.setattr(bank_benchmark, "random_encoder", lambda *_: None)
    monkeypatch.setattr(bank_benchmark, "load_runtime", lambda *_: None)
    monkeypatch.setattr(bank_benchmark, "EagerEncoder", lambda *_: None)
    monkeypatch.setattr(bank_benchmark, "write_demonstrations", lambda *_: None)
    row = bank_build_row(frames=600, measured=60)
    assert (row.ours, row.peer, row.ratio, row.unit) == (20.0, 100.0, 5.0, "s")
    assert "60 of 600 frames" in row.peer_name


def test_a_part_of_a_demonstration_is_refused():
    with pytest.raises(InvalidInput, match="70 frames measured in 3 repetitions; expected a multiple of 60"):
        bank_build_row(measured=70)
