"""`vinn pretrain`: weights to start from where ImageNet's cannot be had, from simulated pictures without any expert."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import torch
import tyro

from vinn_training.cli.console import progress_bar
from vinn_training.cli.evaluate import preset_name
from vinn_training.encoder.artifact import EncoderSpec, load_encoder
from vinn_training.encoder.presets import PRESETS
from vinn_training.evaluation.encoder_sources import PRETRAINING_FILE
from vinn_training.evaluation.motion_network import PretrainingConfig
from vinn_training.evaluation.pretraining import STATE_FILE, Pretrainer
from vinn_training.evaluation.pretraining_store import draw_scenes, load_scenes
from vinn_training.evaluation.result_files import read_json, write_json
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.preprocessing import Preprocessing

#: Scenes and pictures of each, and how to train on them, by preset.
_SIZES = {
    "small": (128, 32, PretrainingConfig(epochs=8)),
    "paper": (1000, 64, PretrainingConfig(epochs=40, scenes_a_step=16)),
}


@dataclass(frozen=True)
class PretrainCommand:
    """What `vinn pretrain` takes. Interrupted, the same command goes on.

    The network learns to tell from two pictures of a scene how the robot, put into random poses, moved between them.
    Scenes are kitchens and tables that no recorded demonstration shows. The result is for `vinn train --weights`.

    Attributes:
        output: Folder for the encoder and pretrain.json.
        preset: Whose architecture and picture size the encoder has: paper or small.
        scenes: How many; kitchens and tables in turn.
        pictures: Of each scene.
        workers: Processes that draw.
        threads: Of torch; 0 leaves the choice to it.
        pretraining: How to train.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    preset: str = "paper"
    scenes: int = _SIZES["paper"][0]
    pictures: int = _SIZES["paper"][1]
    workers: int = 2
    threads: int = 0
    pretraining: Annotated[PretrainingConfig, tyro.conf.arg(name="")] = field(
        default_factory=lambda: _SIZES["paper"][2]
    )


def default_config(arguments: Sequence[str]) -> PretrainCommand:
    """Return the defaults of the preset that the arguments name.

    Raises:
        InvalidInput: If it is unknown.
    """
    name = preset_name(arguments, tuple(_SIZES))
    scenes, pictures, training = _SIZES[name]
    return PretrainCommand(output=tyro.MISSING, preset=name, scenes=scenes, pictures=pictures, pretraining=training)


def run(config: PretrainCommand) -> int:
    """Draw, train, write the encoder and return the exit status.

    Raises:
        VinnError: If an option or the output folder cannot be used, or the simulation cannot run.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    preset = PRESETS[config.preset]
    spec = EncoderSpec(
        preset.architecture, Preprocessing(size=preset.size), preset.normalisation, preset.scale, preset.pooling
    )
    settings = {"scenes": config.scenes, "pictures": config.pictures, "pretraining": asdict(config.pretraining)}
    if _finished(config.output, spec, settings):
        print(f"{config.output}: done already")
        return 0
    drawn = config.output / "pictures"
    with progress_bar("drawing scenes") as report:
        for done in draw_scenes(drawn, config.scenes, config.pictures, preset.size, config.workers):
            report(done, config.scenes, "")
    scenes = load_scenes(drawn, config.scenes, config.pictures, preset.size)
    trainer = Pretrainer(scenes, spec, config.pretraining, config.output)
    with progress_bar("pretraining") as report:
        artifact = trainer.train(lambda step, total, loss: report(step, total, f"error {loss:.3f}"))
    content = settings | {"encoder_id": artifact.encoder_id, "epochs": [asdict(item) for item in trainer.history]}
    write_json(config.output / PRETRAINING_FILE, content)
    (config.output / STATE_FILE).unlink(missing_ok=True)
    shutil.rmtree(drawn, ignore_errors=True)
    print(f"error of the motion, 1 for none: {trainer.history[-1].loss:.3f} in the last epoch")
    print(
        f"encoder {artifact.encoder_id}: {artifact.weights_path}; start from it: vinn train --weights {config.output}"
    )
    return 0


def _finished(folder: Path, spec: EncoderSpec, settings: dict[str, Any]) -> bool:
    """Return whether the folder holds what is asked for, whole."""
    try:
        content = read_json(folder / PRETRAINING_FILE)
        artifact = load_encoder(folder)
    except (InvalidInput, InvalidCheckpoint):
        return False
    plain = json.loads(json.dumps(settings))
    return artifact.spec == spec and {name: content.get(name) for name in plain} == plain
