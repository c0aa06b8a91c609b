from dataclasses import replace
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.learner import Learner  # noqa: E402
from vinn_training.evaluation import training_benchmark  # noqa: E402
from vinn_training.evaluation.training_benchmark import byol_step_row, byol_step_rows, measure  # noqa: E402
from vinn_training.evaluation.training_contenders import TrainingBenchmark  # noqa: E402

SMALL = TrainingBenchmark("resnet18", size=32, batch_size=4, batches=2)


def test_both_sides_take_whole_steps_on_the_same_images(monkeypatch: pytest.MonkeyPatch) -> None:
    byol_pytorch = pytest.importorskip("byol_pytorch")
    ours: list[Any] = []
    peers: list[Any] = []
    take, forward = Learner.train_step, byol_pytorch.BYOL.forward

    def train_step(learner: Learner, rows: "torch.Tensor", *rest: Any) -> Any:
        ours.append(learner.frames[rows].numpy())
        return take(learner, rows, *rest)

    def peer_forward(learner: Any, images: "torch.Tensor", **options: Any) -> Any:
        peers.append((255.0 * images).round().permute(0, 2, 3, 1).to(torch.uint8).numpy())
        return forward(learner, images, **options)

    monkeypatch.setattr(Learner, "train_step", train_step)
    monkeypatch.setattr(byol_pytorch.BYOL, "forward", peer_forward)
    found = measure(replace(SMALL, precisions=("float32",)), repetitions=2)
    peers = peers[1:]  # the first is the peer's own call on random numbers, which builds its heads
    assert len(ours) == 5  # the first alone, two to warm up, two that count
    assert len(peers) == 4
    for mine, other in zip(ours, peers, strict=False):
        np.testing.assert_array_equal(mine, other)
    assert not np.array_equal(ours[0], ours[1])
    (row,), (cpu_row,) = found.rows, found.cpu_rows
    assert (row.row, row.unit, row.repetitions) == ("byol_step", "ms", 2)
    assert row.ratio == pytest.approx(row.peer / row.ours, rel=0.02)  # type: ignore[operator]
    assert (cpu_row.row, cpu_row.repetitions) == ("byol_step/cpu", 2)
    assert min(found.first_steps_s) > 0.0


def test_resnet50_on_the_cpu_is_timed_in_every_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[TrainingBenchmark, str]] = []

    def note(frames: np.ndarray, config: TrainingBenchmark, precision: str = "peer") -> Any:
        return lambda: seen.append((config, precision))

    monkeypatch.setattr(training_benchmark, "our_step", note)
    monkeypatch.setattr(training_benchmark, "peer_step", note)
    rows = byol_step_rows(repetitions=3)
    assert [(row.row, row.repetitions) for row in rows] == [("byol_step", 3), ("byol_step/bfloat16", 3)]
    assert [precision for _, precision in seen[-9:]] == 3 * ["auto", "bfloat16", "peer"]  # in turn
    settings = {(item.architecture, item.size, item.batch_size, item.device) for item, _ in seen}
    assert settings == {("resnet50", 96, 32, "cpu")}
    seen.clear()
    assert byol_step_row(repetitions=1).row == "byol_step"
    assert {precision for _, precision in seen} == {"auto", "peer"}
