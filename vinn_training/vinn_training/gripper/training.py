"""Training of the gripper network: a few hundred labelled pictures in, a network and its measured accuracy out."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.augmentation import GripperAugmentation
from vinn_training.gripper.metrics import Confusion
from vinn_training.gripper.network import GripperNetwork
from vinn_training.gripper.split import FrameSplit
from vinn_training.preprocessing import Preprocessing

_LOG = logging.getLogger(__name__)

_WEIGHT_DECAY = 1e-3
_LABEL_SMOOTHING = 0.05


@dataclass(frozen=True)
class GripperTrainingConfig:
    """How to train.

    Attributes:
        epochs: Passes over the training frames, at most.
        patience: Epochs without a better validation loss after which training stops early.
        batch_size: Frames a step, 2 or more (batch-norm needs company).
        learning_rate: Of AdamW, at its highest; rises and falls once.
        seed: Of weights, order and augmentation.
        augmentation: How pictures are changed.

    Raises:
        InvalidInput: If a number is out of range.
    """

    epochs: int = 60
    patience: int = 15
    batch_size: int = 16
    learning_rate: float = 3e-3
    seed: int = 0
    augmentation: GripperAugmentation = field(default_factory=GripperAugmentation)

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.patience < 1 or self.batch_size < 2 or not self.learning_rate > 0.0:
            raise InvalidInput(
                f"epochs is {self.epochs}, patience {self.patience}, batch_size {self.batch_size}, learning_rate "
                f"{self.learning_rate}; expected 1, 1, 2 or more, and more than 0"
            )


class TrainedGripper(NamedTuple):
    """What training leaves.

    Attributes:
        weights: Of the epoch with the lowest validation loss, name to array.
        epochs: Passes made.
        best_epoch: The pass that the weights are from, from 1.
        seconds: Wall time.
        training: On the frames learnt from, without augmentation.
        validation: On the frames kept apart.
    """

    weights: dict[str, np.ndarray]
    epochs: int
    best_epoch: int
    seconds: float
    training: Confusion
    validation: Confusion


#: Called with (epoch, epochs in all, accuracy on the validation frames).
Progress = Callable[[int, int, float], None]


def train_gripper(
    images: ImageArray,
    states: NDArray[np.int64],
    split: FrameSplit,
    preprocessing: Preprocessing,
    config: GripperTrainingConfig,
    progress: Progress | None = None,
) -> TrainedGripper:
    """Train a network; the same arguments give the same weights on the same machine.

    Frames of rare states weigh more.

    Args:
        images: (N, S, S, 3) uint8 RGB, at the preprocessing's size.
        states: (N,) int64, from 0 (closed); every state up to the largest occurs in the split's training rows.
        split: Rows to learn from and to measure on.
        preprocessing: Of the network; its normalisation is used.
        config: How to train.
        progress: Told after every epoch.

    Raises:
        InvalidInput: If the pictures are not of the preprocessing's size.
    """
    started = time.perf_counter()
    size = preprocessing.size
    if images.shape != (len(states), size, size, 3):
        raise InvalidInput(f"pictures have shape {images.shape}; expected ({len(states)}, {size}, {size}, 3)")
    count = int(states.max()) + 1
    torch.manual_seed(config.seed)
    generator = torch.Generator().manual_seed(config.seed)
    network = GripperNetwork(size, count)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (preprocessing.mean, preprocessing.std))
    pictures = torch.from_numpy(images)
    truth = torch.from_numpy(states)
    weight = _balance(states[split.training], count)
    rows = torch.from_numpy(split.training)
    steps = max(1, -(-len(rows) // config.batch_size))
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=_WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.learning_rate, total_steps=config.epochs * steps)
    validation = preprocessing.normalise(images[split.validation])
    best_loss, best_epoch, best = np.inf, 0, copy.deepcopy(network.state_dict())
    epoch = 0
    for epoch in range(1, config.epochs + 1):
        network.train()
        for chosen in torch.tensor_split(rows[torch.randperm(len(rows), generator=generator)], steps):
            batch = config.augmentation(pictures[chosen].permute(0, 3, 1, 2).float() / 255.0, generator)
            scores = network((batch - mean) / std)
            loss = functional.cross_entropy(scores, truth[chosen], weight, label_smoothing=_LABEL_SMOOTHING)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
        scores = score(network, validation)
        held = float(functional.cross_entropy(scores, truth[split.validation], weight))
        if held < best_loss:
            best_loss, best_epoch, best = held, epoch, copy.deepcopy(network.state_dict())
        if progress is not None:
            right = scores.argmax(dim=1) == truth[split.validation]
            progress(epoch, config.epochs, float(right.float().mean()))
        if epoch - best_epoch >= config.patience:
            break
    network.load_state_dict(best)

    def confusion(chosen: NDArray[np.int64]) -> Confusion:
        predicted = score(network, preprocessing.normalise(images[chosen])).argmax(dim=1).numpy()
        return Confusion.of(states[chosen], predicted, count)

    weights = {name: value.numpy().copy() for name, value in best.items() if not name.endswith("num_batches_tracked")}
    seconds = time.perf_counter() - started
    return TrainedGripper(weights, epoch, best_epoch, seconds, confusion(split.training), confusion(split.validation))


def score(network: GripperNetwork, inputs: NDArray[np.float32], batch_size: int = 64) -> torch.Tensor:
    """Return (N, states) float32 scores for (N, 3, S, S) float32 normalised pictures."""
    network.eval()
    with torch.inference_mode():
        parts = [network(torch.from_numpy(part)) for part in np.array_split(inputs, -(-len(inputs) // batch_size))]
    return torch.cat(parts)


def _balance(states: NDArray[np.int64], count: int) -> torch.Tensor:
    """Return weights of the states by which a rare state counts more: inverse to the root of how often it occurs.

    Fully inverse, a handful of frames of one state would outweigh everything else.
    """
    weights = 1.0 / np.sqrt(np.maximum(np.bincount(states, minlength=count), 1))
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)
