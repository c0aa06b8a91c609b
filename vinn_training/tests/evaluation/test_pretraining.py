from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from vinn_training.encoder.artifact import EncoderSpec, load_encoder
from vinn_training.encoder.augmentations import AugmentationConfig
from vinn_training.evaluation.motion_network import PretrainingConfig
from vinn_training.evaluation.pretraining import STATE_FILE, Pretrainer
from vinn_training.evaluation.pretraining_pictures import ScenePictures
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.preprocessing import Preprocessing

SPEC = EncoderSpec("resnet18", Preprocessing(size=32), "l2", 100.0, 2)


def _scenes(count: int = 3, pictures: int = 6) -> list[ScenePictures]:
    """A bright square on a ground of each scene's own colour, where the camera's place says."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(count):
        state = random.uniform(-0.5, 0.5, (pictures, 4)).astype(np.float32)
        images = np.empty((pictures, 32, 32, 3), dtype=np.uint8)
        images[:] = random.integers(0, 120, 3)
        for image, (right, down, *_) in zip(images, state, strict=True):
            x, y = int(14 - 20 * right), int(14 - 20 * down)
            image[max(y, 0) : y + 6, max(x, 0) : x + 6] = 255
        found.append(ScenePictures(images, state))
    return found


def _config(**changes) -> PretrainingConfig:
    values = {"epochs": 2, "scenes_a_step": 2, "pictures_a_step": 3, **changes}
    return PretrainingConfig(**values)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_an_encoder_is_left_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    first = Pretrainer(_scenes(), SPEC, _config(), tmp_path / "a").train()
    assert load_encoder(tmp_path / "a").spec == SPEC
    assert Pretrainer(_scenes(), SPEC, _config(), tmp_path / "b").train().encoder_id == first.encoder_id
    assert Pretrainer(_scenes(), SPEC, _config(seed=1), tmp_path / "c").train().encoder_id != first.encoder_id


def test_an_interrupted_one_goes_on_exactly(tmp_path: Path) -> None:
    whole = Pretrainer(_scenes(), SPEC, _config(), tmp_path / "whole")
    wanted = whole.train()
    part = Pretrainer(_scenes(), SPEC, _config(), tmp_path / "part")

    def stop(step: int, total: int, loss: float) -> None:
        if step == part.steps_per_epoch + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        part.train(stop)
    again = Pretrainer(_scenes(), SPEC, _config(), tmp_path / "part")
    assert again.train().encoder_id == wanted.encoder_id
    assert again.history == whole.history


def test_other_settings_and_damaged_states_are_refused(tmp_path: Path) -> None:
    Pretrainer(_scenes(), SPEC, _config(epochs=1), tmp_path).train()
    with pytest.raises(InvalidCheckpoint, match=r"pretraining\.seed 0, but this run has 5"):
        Pretrainer(_scenes(), SPEC, _config(epochs=1, seed=5), tmp_path).train()
    (tmp_path / STATE_FILE).write_bytes(b"cut")
    with pytest.raises(InvalidCheckpoint, match="remove it to start afresh"):
        Pretrainer(_scenes(), SPEC, _config(), tmp_path).train()


def test_what_cannot_be_learned_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="1 scenes of 6 pictures; a step takes 2 of 3"):
        Pretrainer(_scenes(1), SPEC, _config(), tmp_path)
    with pytest.raises(InvalidInput, match="expected one, "):
        Pretrainer(_scenes(), EncoderSpec("resnet18", Preprocessing(size=64)), _config(), tmp_path)
    with pytest.raises(InvalidInput, match="epochs is 0"):
        PretrainingConfig(epochs=0)
    with pytest.raises(InvalidInput, match="motion is read off"):
        PretrainingConfig(augmentation=AugmentationConfig())
    with pytest.raises(InvalidInput, match="learning_rate"):
        PretrainingConfig(learning_rate=float("nan"))


@pytest.mark.full
def test_motion_is_learned(tmp_path: Path) -> None:
    plain = AugmentationConfig(
        crop_scale_min=1.0, crop_ratio_max=1.0, jitter_probability=0.0, grey_probability=0.0, blur_probability=0.0
    )
    scenes = [scene._replace(state=scene.state * [1, 1, 0, 0]) for scene in _scenes(8, 16)]
    config = PretrainingConfig(epochs=30, scenes_a_step=4, pictures_a_step=8, augmentation=plain)
    trainer = Pretrainer(scenes, SPEC, config, tmp_path)
    trainer.train()
    assert trainer.history[-1].loss < 0.2 < trainer.history[0].loss
