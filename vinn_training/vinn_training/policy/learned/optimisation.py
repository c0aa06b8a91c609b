"""The training loop of the learned methods: mini-batches in seeded order, global generators left as they were."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from vinn_training.exceptions import InvalidInput

_LOG = logging.getLogger(__name__)

#: Given the rows of a batch, (B,) int64, returns the loss, a scalar.
BatchLoss = Callable[[torch.Tensor], torch.Tensor]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from a seed within, and leave the process's generators as they were.

    Raises:
        InvalidInput: If the seed is negative.
    """
    if seed < 0:
        raise InvalidInput(f"seed is {seed}; expected zero or more")
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


def choose_device(name: str) -> torch.device:
    """Return the device of a name: "auto" is the GPU where there is one.

    Raises:
        InvalidInput: If it is unknown or not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name not in ("cpu", "cuda") or (name == "cuda" and not torch.cuda.is_available()):
        raise InvalidInput(f"device is {name!r}; expected auto or cpu, or cuda where there is a GPU")
    return torch.device(name)


def check_positive(**values: float) -> None:
    """Refuse numbers that are not positive.

    Raises:
        InvalidInput: With the name of the first.
    """
    for name, value in values.items():
        if not value > 0:
            raise InvalidInput(f"{name} is {value}; expected more than 0")


def optimise(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    loss_of: BatchLoss,
    count: int,
    batch_size: int,
    steps: int,
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
) -> float:
    """Train for a number of steps, epoch after epoch in new orders.

    Args:
        model: Put into training mode now and into evaluation mode at the end.
        optimiser: Of its parameters.
        loss_of: Loss of a batch.
        count: Rows there are.
        batch_size: Rows a step; the last batch of an epoch is left out where it has a single row (batch norm).
        steps: How many, positive.
        schedule: Moved after every step.

    Returns:
        The mean loss of the last epoch's worth of steps.

    Raises:
        InvalidInput: If the loss stops being finite.
    """
    model.train()
    losses: list[float] = []
    per_epoch = max(1, -(-count // batch_size))
    while len(losses) < steps:
        order = torch.randperm(count)
        for start in range(0, count, batch_size):
            rows = order[start : start + batch_size]
            if len(losses) == steps or (len(rows) == 1 and count > 1):
                break
            loss = loss_of(rows)
            if not torch.isfinite(loss):
                raise InvalidInput(
                    f"the loss is {float(loss.detach())} after {len(losses)} steps; lower the learning rate, or "
                    "check the labels"
                )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            if schedule is not None:
                schedule.step()
            losses.append(float(loss.detach()))
    model.eval()
    last = losses[-per_epoch:]
    _LOG.debug("trained %d steps, last loss %.4g", len(losses), sum(last) / len(last))
    return sum(last) / len(last)
