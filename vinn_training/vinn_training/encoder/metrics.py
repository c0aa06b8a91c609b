"""Training curves for people: TensorBoard always, Weights & Biases when asked for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from vinn_training.exceptions import InvalidInput, MissingDependency

_LOG = logging.getLogger(__name__)

#: Folder of TensorBoard's files within the training folder.
TENSORBOARD_FOLDER = "tensorboard"


class Metrics(Protocol):
    """Where numbers go."""

    def add(self, values: Mapping[str, float], step: int) -> None:
        """Take numbers of one step."""

    def close(self) -> None:
        """Write what is left."""


class TensorBoardMetrics:
    """Writes event files; look at them with `tensorboard --logdir FOLDER`.

    Args:
        folder: Of the training.
        first_step: Where this run goes on: what an interrupted one wrote from there on is hidden.

    Raises:
        MissingDependency: If tensorboard is not installed.
    """

    def __init__(self, folder: Path, first_step: int = 0) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise MissingDependency(
                f"training curves need the package 'tensorboard' ({error}); install it: pip install tensorboard"
            ) from error
        self._writer: Any = SummaryWriter(
            str(folder / TENSORBOARD_FOLDER), purge_step=first_step if first_step else None
        )

    def add(self, values: Mapping[str, float], step: int) -> None:
        """Take numbers of one step."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()


class WandbMetrics:
    """Sends numbers to Weights & Biases, whose own environment variables say where (WANDB_PROJECT, WANDB_MODE, ...).

    Args:
        folder: Of the training; its name is the run's.
        settings: Of the training, shown beside the curves.

    Raises:
        MissingDependency: If wandb is not installed.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        try:
            import wandb
        except ImportError as error:
            raise MissingDependency(
                f"--wandb needs the package 'wandb' ({error}); install it with pip install wandb, or leave --wandb out"
            ) from error
        self._run: Any = wandb.init(dir=str(folder), name=folder.name, config=dict(settings))

    def add(self, values: Mapping[str, float], step: int) -> None:
        """Take numbers of one step."""
        self._run.log(dict(values), step=step)

    def close(self) -> None:
        """Write what is left."""
        self._run.finish()


class Tee:
    """Passes numbers on to several places.

    Args:
        places: Any number, also none.
    """

    def __init__(self, *places: Metrics) -> None:
        self._places = places

    def add(self, values: Mapping[str, float], step: int) -> None:
        """Take numbers of one step."""
        for place in self._places:
            place.add(values, step)

    def close(self) -> None:
        """Write what is left."""
        for place in self._places:
            place.close()


def open_metrics(folder: Path, settings: Mapping[str, Any], first_step: int, wandb: bool) -> Metrics:
    """Return where a training's numbers go.

    Args:
        folder: Of the training.
        settings: Of the training.
        first_step: Where this run goes on.
        wandb: Send them to Weights & Biases, too.

    Raises:
        MissingDependency: If wandb is asked for and not installed.
        InvalidInput: If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder}: cannot be written: {error.strerror or error}") from error
    places: list[Metrics] = []
    if wandb:
        places.append(WandbMetrics(folder, settings))
    try:
        places.append(TensorBoardMetrics(folder, first_step))
    except MissingDependency as error:
        _LOG.warning("%s; training goes on without", error)
    return Tee(*places)
