"""Named settings for training."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from vinn_training.encoder.augmentations import AugmentationConfig
from vinn_training.encoder.byol import ByolConfig
from vinn_training.encoder.simclr import SimclrConfig
from vinn_training.encoder.training_config import TrainingConfig
from vinn_training.encoder.vicreg import VicregConfig


class Preset(NamedTuple):
    """Settings that belong together.

    Attributes:
        architecture: Backbone.
        size: Side of its input, pixels.
        normalisation: Of its output.
        scale: Of its normalised output.
        pooling: Of its last feature map.
        training: How to train.
        batch_norm: Statistics that an embedding is scaled by: "stored", or the "image"'s own.
    """

    architecture: str
    size: int
    normalisation: str
    scale: float
    pooling: int
    training: TrainingConfig
    batch_norm: str = "stored"


#: BYOL as the paper has it; target momentum and views as in its code.
_PAPER = TrainingConfig(
    epochs=100,
    batch_size=168,
    learning_rate=3e-4,
    head_learning_rate=3e-4,
    weights="imagenet",
    byol=ByolConfig(momentum=0.99, momentum_end=0.99),
    augmentation=AugmentationConfig(),
)

#: "paper": VINN's own settings (section IV, and the augmentations and target momentum of its code); hours on a GPU.
#: "small": two minutes on two CPU cores, from random weights, for a few dozen demonstrations of one camera. A hundred
#: steps teach a network little; they must not unteach it where things are in the picture. Hence a grid of cells, heads
#: that learn much faster than the backbone, frozen batch-norm, no cropping and strong changes of colour, each found by
#: the error of nearest neighbours in other demonstrations and on other cabinets. At a scale of 100 the distance to the
#: nearest frame is about 15, where the policy's temperature of 1 is near its best.
#: "vinn_code": what VINN's public code (jyopari/VINN, `representation_models/BYOL.py`, `stretch_code/remote_node/
#: nearest.py`) does where it departs from the paper's words: channels normalised before and after the views are drawn,
#: one draw a batch, a constant target momentum of 0.99 (byol-pytorch's default), and an encoder that is never switched
#: to evaluation mode, so that each image is scaled by its own statistics.
#: "dobbe": Dobb-E's BYOL (notmahi/dobb-e, `imitation-in-homes/configs/train_byol.yaml`; views and momentum as VINN's
#: code) with the ResNet-34 of its VINN, in evaluation mode. Its LARS at 0.1 is Adam at 3e-4 here, and pictures are not
#: cut to their middle 87.5 %.
PRESETS = {
    "paper": Preset(
        architecture="resnet50",
        size=224,
        normalisation="none",
        scale=1.0,
        pooling=1,
        training=_PAPER,
    ),
    "small": Preset(
        architecture="resnet18",
        size=64,
        normalisation="l2",
        scale=100.0,
        pooling=2,
        training=TrainingConfig(
            epochs=1,
            batch_size=32,
            learning_rate=3e-5,
            head_learning_rate=1e-3,
            cosine_decay=True,
            weights="none",
            freeze_batch_norm=True,
            byol=ByolConfig(hidden_size=1024, projection_size=128, momentum=0.99, momentum_end=1.0),
            simclr=SimclrConfig(hidden_size=1024, projection_size=128),
            vicreg=VicregConfig(hidden_size=1024, projection_size=1024),
            augmentation=AugmentationConfig(
                crop_scale_min=1.0, crop_ratio_max=1.0, jitter_probability=1.0, hue=0.5, grey_probability=0.3
            ),
        ),
    ),
    "vinn_code": Preset(
        architecture="resnet50",
        size=224,
        normalisation="none",
        scale=1.0,
        pooling=1,
        training=replace(_PAPER, normalise_twice=True, augmentation=AugmentationConfig(per_batch=True)),
        batch_norm="image",
    ),
    "dobbe": Preset(
        architecture="resnet34",
        size=256,
        normalisation="none",
        scale=1.0,
        pooling=1,
        training=replace(
            _PAPER,
            epochs=800,
            batch_size=200,
            warmup_epochs=50.0,
            cosine_decay=True,
            weight_decay=1.5e-6,
            augmentation=AugmentationConfig(per_batch=True),
        ),
    ),
}
