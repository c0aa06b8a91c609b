import pytest

pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.presets import PRESETS


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
