import logging
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from vinn_training.encoder import metrics
from vinn_training.encoder.metrics import Tee, TensorBoardMetrics, WandbMetrics, open_metrics
from vinn_training.exceptions import InvalidInput, MissingDependency


class _Recorder:
    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, float], int]] = []
        self.closed = False

    def add(self, values: dict[str, float], step: int) -> None:
        self.seen.append((values, step))

    def close(self) -> None:
        self.closed = True


def test_tee_passes_everything_on() -> None:
    places = [_Recorder(), _Recorder()]
    tee = Tee(*places)
    tee.add({"loss": 0.5}, 3)
    tee.close()
    assert [place.seen for place in places] == [[({"loss": 0.5}, 3)]] * 2
    assert all(place.closed for place in places)


def test_tensorboard_reads_back_what_was_written(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    first = TensorBoardMetrics(tmp_path)
    for step in (1, 2, 3):
        first.add({"loss": float(step)}, step)
    first.close()
    time.sleep(1.1)  # TensorBoard orders files by the second they were begun in
    again = TensorBoardMetrics(tmp_path, first_step=3)  # interrupted after step 2: 3 is written once more
    again.add({"loss": 30.0}, 3)
    again.close()
    curve = EventAccumulator(str(tmp_path / metrics.TENSORBOARD_FOLDER))
    curve.Reload()
    assert [(event.step, event.value) for event in curve.Scalars("loss")] == [(1, 1.0), (2, 2.0), (3, 30.0)]


def test_without_tensorboard_training_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    logger = logging.getLogger("vinn_training")
    monkeypatch.setattr(logger, "propagate", True)
    with caplog.at_level(logging.WARNING, logger="vinn_training"):
        found = open_metrics(tmp_path, {}, 0, wandb=False)
    found.add({"loss": 1.0}, 1)
    assert "pip install tensorboard" in caplog.text


def test_wandb_is_used_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []

    class Run:
        def log(self, values: dict[str, float], step: int) -> None:
            calls.append(("log", values, step))

        def finish(self) -> None:
            calls.append(("finish",))

    module = ModuleType("wandb")
    module.init = lambda **options: calls.append(("init", options)) or Run()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", module)
    run = WandbMetrics(tmp_path / "kitchen", {"seed": 3})
    run.add({"loss": 0.5}, 7)
    run.close()
    assert calls == [
        ("init", {"dir": str(tmp_path / "kitchen"), "name": "kitchen", "config": {"seed": 3}}),
        ("log", {"loss": 0.5}, 7),
        ("finish",),
    ]


def test_wandb_asked_for_and_absent_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(MissingDependency, match="leave --wandb out"):
        open_metrics(tmp_path, {}, 0, wandb=True)


def test_a_folder_that_cannot_be_made_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be written"):
        open_metrics(tmp_path / "file" / "out", {}, 0, wandb=False)
