"""How to train: everything a checkpoint must share with the run that goes on from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from torch import nn

from vinn_training.encoder.augmentations import AugmentationConfig
from vinn_training.encoder.backbone import RANDOM
from vinn_training.encoder.byol import Byol, ByolConfig
from vinn_training.encoder.hardware import Precision
from vinn_training.encoder.held_out import HeldOutConfig
from vinn_training.encoder.method import Method
from vinn_training.encoder.simclr import Simclr, SimclrConfig
from vinn_training.encoder.vicreg import Vicreg, VicregConfig
from vinn_training.exceptions import InvalidInput

MethodName = Literal["byol", "simclr", "vicreg"]


@dataclass(frozen=True)
class TrainingConfig:
    """How to train; the defaults are the paper's.

    Attributes:
        method: byol, simclr or vicreg.
        epochs: Passes over all frames; 0 keeps the initial weights.
        batch_size: Frames an optimiser step, over all processes, 2 or more (batch-norm needs company).
        accumulation: Parts in which a batch goes through the network, one after the other, where it does not fit
            into memory; batch-norm and negatives then see a part only.
        learning_rate: Of Adam, for the backbone.
        head_learning_rate: Of Adam, for the heads, which always start from random weights.
        warmup_epochs: Epochs over which both rates rise linearly; parts of an epoch are fine.
        cosine_decay: Let both rates fall to zero along half a cosine, instead of keeping them.
        weight_decay: Of Adam.
        weights: What to start from: "imagenet", "none" or a local file (see backbone.build_backbone).
        freeze_batch_norm: Keep the backbone's batch-norm statistics as they are in its initial weights. Scaling each
            channel by its batch's statistics lifts channels that say nothing: on the simulated door it alone raised
            the neighbours' error from 0.023 to 0.040, which a short training does not make good.
        normalise_twice: Normalise the channels before the views are drawn and once more after, as VINN's code; an
            embedding is of a picture normalised once.
        precision: In which the network computes: float32, bfloat16, float16 (with loss scaling), float64 (to check
            sums), or auto: bfloat16 on a GPU that has it, float16 on an older one, float32 on the CPU.
        seed: Of weights, order and views.
        byol: BYOL's heads and target.
        simclr: SimCLR's head and temperature.
        vicreg: VICReg's head and weights.
        augmentation: Views.
        held_out: Demonstrations kept apart, and early stopping.

    Raises:
        InvalidInput: If a number is out of range.
    """

    method: MethodName = "byol"
    epochs: int = 100
    batch_size: int = 168
    accumulation: int = 1
    learning_rate: float = 3e-4
    head_learning_rate: float = 3e-4
    warmup_epochs: float = 0.0
    cosine_decay: bool = False
    weight_decay: float = 0.0
    weights: str = RANDOM
    freeze_batch_norm: bool = False
    normalise_twice: bool = False
    precision: Precision = "auto"
    seed: int = 0
    byol: ByolConfig = field(default_factory=ByolConfig)
    simclr: SimclrConfig = field(default_factory=SimclrConfig)
    vicreg: VicregConfig = field(default_factory=VicregConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    held_out: HeldOutConfig = field(default_factory=HeldOutConfig)

    def __post_init__(self) -> None:
        if self.epochs < 0 or self.batch_size < 2:
            raise InvalidInput(
                f"epochs is {self.epochs} and batch_size {self.batch_size}; expected 0 or more, and 2 or more"
            )
        if self.accumulation < 1 or self.batch_size < 2 * self.accumulation:
            raise InvalidInput(
                f"accumulation is {self.accumulation} for a batch of {self.batch_size}; "
                "expected 1 or more, and at least 2 frames a part"
            )
        rates = (self.learning_rate, self.head_learning_rate)
        if not min(rates) > 0.0 or not self.weight_decay >= 0.0 or not self.warmup_epochs >= 0.0:
            raise InvalidInput(
                f"learning rates are {rates[0]} and {rates[1]}, weight_decay is {self.weight_decay}, warmup_epochs "
                f"{self.warmup_epochs}; expected more than 0, and 0 or more"
            )


def build_method(config: TrainingConfig, backbone: nn.Module, embedding_size: int, distributed: bool) -> Method:
    """Return the configured method.

    Args:
        config: Names the method and sizes its heads.
        backbone: From (N, 3, S, S) to (N, embedding_size), kept by reference.
        embedding_size: Length D of its output.
        distributed: A batch is spread over all processes of the default group.

    Raises:
        InvalidInput: If the method is unknown.
    """
    if config.method == "byol":
        return Byol(backbone, embedding_size, config.byol)  # its loss is a mean over frames: nothing to gather
    if config.method == "simclr":
        return Simclr(backbone, embedding_size, config.simclr, distributed)
    if config.method == "vicreg":
        return Vicreg(backbone, embedding_size, config.vicreg, distributed)
    raise InvalidInput(f"method is {config.method!r}; expected byol, simclr or vicreg")
