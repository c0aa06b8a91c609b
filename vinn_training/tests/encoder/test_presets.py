from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.byol import Byol  # noqa: E402
from vinn_training.encoder.presets import PRESETS  # noqa: E402


def test_paper_has_the_papers_numbers() -> None:
    """arXiv 2112.01511, and the public code for augmentations and target momentum."""
    paper = PRESETS["paper"]
    training = paper.training
    assert (paper.architecture, paper.size, paper.normalisation, paper.scale) == ("resnet50", 224, "none", 1.0)
    assert (training.epochs, training.batch_size, training.learning_rate) == (100, 168, 3e-4)
    assert (training.head_learning_rate, training.weights) == (3e-4, "imagenet")
    assert (training.byol.momentum, training.byol.momentum_end) == (0.99, 0.99)
    assert (training.method, training.freeze_batch_norm, training.accumulation) == ("byol", False, 1)
    assert (training.augmentation.crop_scale_min, training.augmentation.jitter_probability) == (0.6, 0.3)


def test_small_needs_no_download() -> None:
    assert PRESETS["small"].training.weights == "none"


def test_vinn_code_is_the_paper_with_the_quirks_of_its_code() -> None:
    """Each quirk's effect is pinned where it is computed: test_image_batch_norm, test_learner, test_augmentations."""
    code, paper = PRESETS["vinn_code"], PRESETS["paper"]
    assert (code.batch_norm, paper.batch_norm) == ("image", "stored")
    assert (code.training.normalise_twice, paper.training.normalise_twice) == (True, False)
    assert (code.training.augmentation.per_batch, paper.training.augmentation.per_batch) == (True, False)
    without = replace(code.training, normalise_twice=False, augmentation=paper.training.augmentation)
    assert code._replace(batch_norm="stored", training=without) == paper


@pytest.mark.parametrize("name", ["vinn_code", "dobbe"])
@pytest.mark.parametrize("step", [0, 500, 999])
def test_the_target_keeps_99_hundredths_from_the_first_step_to_the_last(name: str, step: int) -> None:
    """byol-pytorch's default, constant: 1 and 11 make 0.99 * 1 + 0.01 * 11 = 1.1."""
    config = replace(PRESETS[name].training.byol, hidden_size=4, projection_size=2)
    model = Byol(torch.nn.Linear(3, 3), 3, config)
    with torch.no_grad():
        model.target_backbone.weight.fill_(1.0)
        model.backbone.weight.fill_(11.0)
    model.after_step(step, 1000)
    torch.testing.assert_close(model.target_backbone.weight, torch.full((3, 3), 1.1))


def test_dobbe_is_as_its_configuration_says() -> None:
    """notmahi/dobb-e: train_byol.yaml, image_vinn.yaml and get_byol_transforms."""
    dobbe = PRESETS["dobbe"]
    training = dobbe.training
    assert (dobbe.architecture, dobbe.size, dobbe.batch_norm) == ("resnet34", 256, "stored")
    assert (training.epochs, training.batch_size, training.warmup_epochs) == (800, 200, 50.0)
    assert (training.weight_decay, training.cosine_decay, training.normalise_twice) == (1.5e-6, True, False)
    assert training.augmentation.per_batch
