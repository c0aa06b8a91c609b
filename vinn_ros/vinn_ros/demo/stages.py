"""The demo's stages before the episode: demonstrations, encoder, bundle. One that is done is not done again."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vinn_training.bank.manifest import FORMAT_VERSION
from vinn_training.cli import bank, simulate, train
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import VinnError

DONE_FILE = "done.json"
#: Share of the demonstrations that must have succeeded.
_ENOUGH = 0.9


@dataclass(frozen=True)
class StageConfig:
    """What the bundle is made of.

    Attributes:
        output: Directory of the demo.
        episodes: Demonstrations to record.
        seed: Of scenes, training and expert.
        preset: Training preset (see `vinn train --help`).
        epochs: Training epochs instead of the preset's; 0 shows what the untrained encoder can do.
        workers: Processes that record.
    """

    output: Path = Path("runs/demo")
    episodes: int = 72
    seed: int = 0
    preset: str = "small"
    epochs: int | None = None
    workers: int = max(1, min(4, os.cpu_count() or 1))


def make_bundle(config: StageConfig, announce: Callable[[str], None]) -> Path:
    """Record demonstrations, train an encoder, build the bundle, and return the bundle's path.

    Raises:
        VinnError: If a stage cannot do its work.
    """
    defaults = train.default_config(["--preset", config.preset])  # a wrong name is told before minutes of recording
    dataset = config.output / "dataset"
    encoder = config.output / "encoder"
    bundle = config.output / "bundle"
    recipe: dict[str, Any] = {"episodes": config.episodes, "seed": config.seed}

    def record() -> int:
        simulate.run(
            simulate.SimulateConfig(output=dataset, episodes=config.episodes, seed=config.seed, workers=config.workers)
        )
        # The expert may fail in a scene now and then (it said so); the others are as good without it.
        made = len(open_dataset(dataset).demonstrations)
        return 0 if made >= _ENOUGH * config.episodes else 1

    def train_encoder() -> int:
        training = defaults.training
        if config.epochs is not None:
            training = replace(training, epochs=config.epochs)
        return train.run(replace(defaults, dataset=dataset, output=encoder, training=training))

    def build() -> int:
        return bank.run(bank.BankConfig(dataset=dataset, encoder=encoder, output=bundle))

    _once(dataset, recipe, f"recording {config.episodes} demonstrations", record, announce)
    recipe |= {"preset": config.preset, "epochs": config.epochs, "training": repr(defaults)}
    _once(encoder, recipe, f"training the encoder (BYOL, preset {config.preset})", train_encoder, announce)
    recipe |= {"format": FORMAT_VERSION}
    _once(bundle, recipe, "building the bank", build, announce)
    return bundle


def _once(
    folder: Path, recipe: dict[str, Any], what: str, work: Callable[[], int], announce: Callable[[str], None]
) -> None:
    """Do `work` unless `folder` was finished with the same recipe; what was made with another is removed first."""
    done = folder.parent / f"{folder.name}.{DONE_FILE}"
    text = json.dumps(recipe, sort_keys=True, default=str)
    started = folder.parent / f"{folder.name}.started.json"
    if done.exists() and done.read_text() == text and folder.exists():
        announce(f"{what}: done before, in {folder}")
        return
    done.unlink(missing_ok=True)
    if not started.exists() or started.read_text() != text:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        started.write_text(text)
    announce(what)
    begun_s = time.monotonic()
    status = work()
    if status != 0:
        raise VinnError(f"{what} ended with status {status}; the lines above say why")
    done.write_text(text)
    announce(f"{what}: {time.monotonic() - begun_s:.0f} s")
