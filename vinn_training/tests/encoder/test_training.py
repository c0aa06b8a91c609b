from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.encoder.artifact import EncoderSpec, load_encoder, read_weights
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.preprocessing import Preprocessing

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.byol import ByolConfig  # noqa: E402
from vinn_training.encoder.training import ByolTrainer, TrainingConfig  # noqa: E402

SPEC = EncoderSpec("resnet18", Preprocessing(size=32))
CONFIG = TrainingConfig(epochs=2, batch_size=4, byol=ByolConfig(hidden_size=32, projection_size=16, momentum=0.9))


def _frames(count: int = 8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


def test_training_leaves_an_encoder_that_loads(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    trainer = ByolTrainer(_frames(), SPEC, CONFIG, tmp_path)
    artifact = trainer.train(lambda step, total, loss: steps.append((step, total)))
    assert load_encoder(tmp_path) == artifact
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [row.epoch for row in trainer.history] == [1, 2]
    for row in trainer.history:
        assert -1.0 <= row.loss <= 1.0
        assert np.isfinite(row.indicators).all()
        assert row.indicators.effective_rank > 1.0


def test_interrupted_training_goes_on_exactly(tmp_path: Path) -> None:
    whole = ByolTrainer(_frames(), SPEC, CONFIG, tmp_path / "whole")
    whole.train()

    class InterruptError(Exception):
        pass

    def stop_in_the_second_epoch(step: int, total: int, loss: float) -> None:
        if step == 3:
            raise InterruptError

    with pytest.raises(InterruptError):
        ByolTrainer(_frames(), SPEC, CONFIG, tmp_path / "cut").train(stop_in_the_second_epoch)
    resumed = ByolTrainer(_frames(), SPEC, CONFIG, tmp_path / "cut")
    assert resumed.resume()
    assert resumed.epoch == 1
    resumed.train()
    assert [row.loss for row in resumed.history] == [row.loss for row in whole.history]
    expected = read_weights(tmp_path / "whole" / "encoder.safetensors")
    for name, found in read_weights(tmp_path / "cut" / "encoder.safetensors").items():
        np.testing.assert_array_equal(found, expected[name], err_msg=name)


def test_loss_falls_on_a_few_pictures(tmp_path: Path) -> None:
    trainer = ByolTrainer(_frames(8), SPEC, replace(CONFIG, epochs=5, head_learning_rate=1e-2), tmp_path)
    trainer.train()
    assert trainer.history[-1].loss < trainer.history[0].loss - 0.05


def test_no_epochs_export_the_weights_they_start_from(tmp_path: Path) -> None:
    first = ByolTrainer(_frames(), SPEC, replace(CONFIG, epochs=0), tmp_path / "a").train()
    copied = replace(CONFIG, epochs=0, weights=str(tmp_path / "a"), seed=5)
    assert ByolTrainer(_frames(), SPEC, copied, tmp_path / "b").train().encoder_id == first.encoder_id
    other = ByolTrainer(_frames(), SPEC, replace(CONFIG, epochs=0, seed=5), tmp_path / "c").train()
    assert other.encoder_id != first.encoder_id


def test_nothing_to_go_on_with(tmp_path: Path) -> None:
    assert not ByolTrainer(_frames(), SPEC, CONFIG, tmp_path).resume()


@pytest.mark.parametrize("change", [{"learning_rate": 1e-3}, {"epochs": 3}, {"seed": 1}])
def test_other_settings_are_not_mixed_into_a_checkpoint(tmp_path: Path, change: dict[str, float]) -> None:
    ByolTrainer(_frames(), SPEC, replace(CONFIG, epochs=0), tmp_path).train()
    ByolTrainer(_frames(), SPEC, CONFIG, tmp_path)._save()
    with pytest.raises(InvalidCheckpoint, match="was made with"):
        ByolTrainer(_frames(), SPEC, replace(CONFIG, **change), tmp_path).resume()  # type: ignore[arg-type]
    with pytest.raises(InvalidCheckpoint, match="was made with"):
        ByolTrainer(_frames(9), SPEC, CONFIG, tmp_path).resume()


def test_bad_frames_and_settings_are_refused(tmp_path: Path) -> None:
    for frames in (_frames(1), _frames()[:, :16], _frames().astype(np.float32)):
        with pytest.raises(InvalidInput, match="frames are"):
            ByolTrainer(frames, SPEC, CONFIG, tmp_path)
    for change in ({"epochs": -1}, {"batch_size": 1}, {"learning_rate": 0.0}, {"weight_decay": -1.0}):
        with pytest.raises(InvalidInput):
            replace(CONFIG, **change)


def test_heads_have_a_learning_rate_of_their_own(tmp_path: Path) -> None:
    config = replace(CONFIG, epochs=1, learning_rate=1e-12, head_learning_rate=1e-2)
    config = replace(config, byol=replace(config.byol, freeze_batch_norm=True))
    start = ByolTrainer(_frames(), SPEC, replace(config, epochs=0), tmp_path / "start").train()
    trained = ByolTrainer(_frames(), SPEC, config, tmp_path / "trained")
    heads = [parameter.clone() for parameter in trained._model.predictor.parameters()]
    weights, expected = read_weights(trained.train().weights_path), read_weights(start.weights_path)
    for name, value in weights.items():
        np.testing.assert_allclose(value, expected[name], atol=1e-9)
    moved = [(a - b).abs().max().item() for a, b in zip(heads, trained._model.predictor.parameters(), strict=True)]
    assert min(moved) > 1e-3
