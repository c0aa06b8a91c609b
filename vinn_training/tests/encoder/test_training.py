import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vinn_training import durable_files
from vinn_training.encoder.artifact import EncoderSpec, load_encoder, read_weights
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.preprocessing import Preprocessing

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder import training, training_folder  # noqa: E402
from vinn_training.encoder.action_error import ActionProbe  # noqa: E402
from vinn_training.encoder.augmentations import AugmentationConfig  # noqa: E402
from vinn_training.encoder.byol import ByolConfig  # noqa: E402
from vinn_training.encoder.hardware import HardwareConfig  # noqa: E402
from vinn_training.encoder.held_out import HeldOutConfig  # noqa: E402
from vinn_training.encoder.metrics import Tee  # noqa: E402
from vinn_training.encoder.training import Trainer  # noqa: E402
from vinn_training.encoder.training_config import TrainingConfig  # noqa: E402

SPEC = EncoderSpec("resnet18", Preprocessing(size=32))
CONFIG = TrainingConfig(epochs=2, batch_size=4, byol=ByolConfig(hidden_size=32, projection_size=16, momentum=0.9))


@pytest.fixture(autouse=True)
def _fast_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints of 200 MB are not waited for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def _frames(count: int = 8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


def _trainer(*arguments: Any, every_s: float = 0.0) -> Trainer:
    """A trainer that writes after every epoch."""
    return Trainer(*arguments, hardware=HardwareConfig(device="cpu", checkpoint_every_s=every_s))


def test_training_leaves_an_encoder_that_loads(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    trainer = _trainer(_frames(), SPEC, CONFIG, tmp_path)
    artifact = trainer.train(lambda step, total, loss: steps.append((step, total)))
    assert load_encoder(tmp_path) == artifact
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [row.epoch for row in trainer.history] == [1, 2]
    for row in trainer.history:
        assert -1.0 <= row.loss <= 1.0
        assert np.isfinite(row.indicators).all()
        assert row.indicators.effective_rank > 1.0


class _Curve(Tee):
    """Keeps the loss of every step."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: dict[int, float] = {}

    def add(self, values: Mapping[str, float], step: int) -> None:
        if "loss" in values:
            self.losses[step] = values["loss"]


def _compare(found: Path, expected: Path) -> None:
    weights = read_weights(expected / "encoder.safetensors")
    for name, value in read_weights(found / "encoder.safetensors").items():
        np.testing.assert_array_equal(value, weights[name], err_msg=name)


@pytest.mark.parametrize("how", ["crash", "ctrl-c"])
def test_interrupted_training_goes_on_exactly(tmp_path: Path, how: str) -> None:
    """A crash loses the epoch in progress; Ctrl-C in the middle of one loses nothing. The curve is the same."""
    config = replace(CONFIG, cosine_decay=True, warmup_epochs=0.5)
    whole, curve = _trainer(_frames(), SPEC, config, tmp_path / "whole"), _Curve()
    whole.metrics = curve
    whole.train()

    def interrupt(step: int, total: int, loss: float) -> None:
        if step == 3 and how == "crash":
            raise BrokenPipeError
        if step == 2 and how == "ctrl-c":  # noticed with the next step, the first of the second epoch
            os.kill(os.getpid(), signal.SIGINT)

    cut, again = _trainer(_frames(), SPEC, config, tmp_path / "cut"), _Curve()
    cut.metrics = again
    with pytest.raises(BrokenPipeError if how == "crash" else KeyboardInterrupt):
        cut.train(interrupt)
    resumed = _trainer(_frames(), SPEC, config, tmp_path / "cut")
    resumed.metrics = again
    assert resumed.resume()
    assert (resumed.epoch, resumed.step) == (1, 2 if how == "crash" else 3)
    resumed.train()
    assert again.losses == curve.losses
    assert len(curve.losses) == 4
    for row, expected in zip(resumed.history, whole.history, strict=True):
        assert (row.loss, row.indicators) == (expected.loss, expected.indicators)
    _compare(tmp_path / "cut", tmp_path / "whole")


def test_the_same_seed_gives_the_same_encoder_and_another_does_not(tmp_path: Path) -> None:
    config = replace(CONFIG, epochs=1)
    ids = [
        _trainer(_frames(), SPEC, replace(config, seed=seed), tmp_path / str(index)).train().encoder_id
        for index, seed in enumerate((3, 3, 4))
    ]
    assert ids[0] == ids[1] != ids[2]


def _probe(errors: list[float], monkeypatch: pytest.MonkeyPatch) -> ActionProbe:
    """A probe whose errors are given, one a measurement."""
    remaining = iter(errors)
    monkeypatch.setattr(training, "neighbour_action_error", lambda *_: next(remaining))
    labels = np.tile(np.float32([0.0, 0.0, 1.0]), (8, 1))
    return ActionProbe(labels, _frames(3), labels[:3])


def test_early_stopping_keeps_the_best_epochs_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held_out = HeldOutConfig(source="fraction", every_epochs=1, patience=2)
    config = replace(CONFIG, epochs=9, held_out=held_out)
    probe = _probe([0.9, 0.5, 0.6, 0.7], monkeypatch)
    trainer = _trainer(_frames(), SPEC, config, tmp_path / "stopped", probe)
    artifact = trainer.train()
    assert trainer.initial_error == 0.9
    assert [row.action_error for row in trainer.history] == [0.5, 0.6, 0.7]
    best = _trainer(_frames(), SPEC, replace(CONFIG, epochs=9), tmp_path / "one")
    with pytest.raises(BrokenPipeError):
        best.train(lambda step, total, loss: _raise() if step == 3 else None)
    _compare(tmp_path / "stopped", tmp_path / "one")
    again = _trainer(_frames(), SPEC, config, tmp_path / "stopped", probe)
    assert again.resume()
    assert again.train() == artifact  # stopped it stays: nothing is measured or trained again


def _raise() -> None:
    raise BrokenPipeError


def test_action_error_is_measured_every_few_epochs_and_after_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(CONFIG, epochs=3, held_out=HeldOutConfig(source="fraction", every_epochs=2))
    trainer = _trainer(_frames(), SPEC, config, tmp_path, _probe([0.9, 0.5, 0.6], monkeypatch))
    trainer.train()
    assert [row.action_error for row in trainer.history] == [None, 0.5, 0.6]


def test_held_out_frames_seen_before_are_predicted(tmp_path: Path) -> None:
    """With the training frames themselves held out and one neighbour, nothing is left to err about."""
    rng = np.random.default_rng(1)
    labels = rng.normal(size=(8, 3)).astype(np.float32)
    held_out = HeldOutConfig(source="fraction", neighbors=1)
    trainer = _trainer(
        _frames(), SPEC, replace(CONFIG, epochs=0, held_out=held_out), tmp_path, ActionProbe(labels, _frames(), labels)
    )
    trainer.train()
    assert trainer.initial_error == pytest.approx(0.0, abs=1e-9)


def test_early_stopping_without_held_out_demonstrations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="needs held-out"):
        _trainer(_frames(), SPEC, replace(CONFIG, held_out=HeldOutConfig(patience=1)), tmp_path)


def test_collapse_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("vinn_training"), "propagate", True)
    nearly = np.repeat(_frames(1), 8, axis=0)
    nearly[1, 0, 0] ^= 1
    still = AugmentationConfig(1.0, 1.0, jitter_probability=0.0, grey_probability=0.0, blur_probability=0.0)
    with caplog.at_level(logging.WARNING, logger="vinn_training"):
        config = replace(CONFIG, epochs=1, augmentation=still, freeze_batch_norm=True)
        _trainer(nearly, SPEC, config, tmp_path).train()
    assert "the embeddings have collapsed" in caplog.text


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    trainer = _trainer(_frames(), SPEC, CONFIG, tmp_path)

    def fill_the_disk(step: int, total: int, loss: float) -> None:
        if step == 3:
            monkeypatch.setattr(durable_files, "write_file", full)

    with pytest.raises(InvalidInput, match=r"No space left on device.*run the same command again"):
        trainer.train(fill_the_disk)
    monkeypatch.undo()
    resumed = _trainer(_frames(), SPEC, CONFIG, tmp_path)
    assert resumed.resume()
    assert resumed.epoch == 1
    assert resumed.train().encoder_id == load_encoder(tmp_path).encoder_id


def test_loss_falls_on_a_few_pictures(tmp_path: Path) -> None:
    trainer = _trainer(_frames(8), SPEC, replace(CONFIG, epochs=5, head_learning_rate=1e-2), tmp_path)
    trainer.train()
    assert trainer.history[-1].loss < trainer.history[0].loss - 0.05


def test_no_epochs_export_the_weights_they_start_from(tmp_path: Path) -> None:
    first = _trainer(_frames(), SPEC, replace(CONFIG, epochs=0), tmp_path / "a").train()
    copied = replace(CONFIG, epochs=0, weights=str(tmp_path / "a"), seed=5)
    assert _trainer(_frames(), SPEC, copied, tmp_path / "b").train().encoder_id == first.encoder_id
    other = _trainer(_frames(), SPEC, replace(CONFIG, epochs=0, seed=5), tmp_path / "c").train()
    assert other.encoder_id != first.encoder_id


def test_nothing_to_go_on_with(tmp_path: Path) -> None:
    assert not _trainer(_frames(), SPEC, CONFIG, tmp_path).resume()


@pytest.mark.parametrize("change", [{"learning_rate": 1e-3}, {"epochs": 3}, {"method": "simclr"}])
def test_other_settings_are_not_mixed_into_a_checkpoint(tmp_path: Path, change: dict[str, float]) -> None:
    _trainer(_frames(), SPEC, replace(CONFIG, epochs=0), tmp_path).train()
    _trainer(_frames(), SPEC, CONFIG, tmp_path)._save()
    with pytest.raises(InvalidCheckpoint, match="was made with"):
        _trainer(_frames(), SPEC, replace(CONFIG, **change), tmp_path).resume()  # type: ignore[arg-type]
    with pytest.raises(InvalidCheckpoint, match="was made with"):
        _trainer(_frames(9), SPEC, CONFIG, tmp_path).resume()


def test_short_epochs_do_not_spend_their_time_on_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock moves by 10 s a step; with 35 s between checkpoints, epochs of two steps are not all written."""
    clock = [0.0]
    monkeypatch.setattr(training_folder, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    written: list[int] = []
    exported: list[int] = []
    trainer = _trainer(_frames(), SPEC, replace(CONFIG, epochs=5), tmp_path, every_s=35.0)
    monkeypatch.setattr(training_folder, "write_checkpoint", lambda folder, state: written.append(trainer.step))
    monkeypatch.setattr(training_folder, "write_encoder", lambda *_: exported.append(trainer.step))

    def tick(step: int, total: int, loss: float) -> None:
        clock[0] += 10.0

    trainer.train(tick)
    assert written == [0, 4, 8, 10]
    assert exported == [0, 4, 8, 10]


def test_a_long_epoch_is_written_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(training_folder, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    trainer = _trainer(_frames(16), SPEC, replace(CONFIG, epochs=1), tmp_path, every_s=25.0)

    def crash(step: int, total: int, loss: float) -> None:
        clock[0] += 10.0
        if step == 4:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        trainer.train(crash)
    resumed = _trainer(_frames(16), SPEC, replace(CONFIG, epochs=1), tmp_path, every_s=25.0)
    assert resumed.resume()
    assert (resumed.epoch, resumed.step) == (0, 3)
