"""`vinn export`: a trained encoder in, the same encoder for a fast runtime out, and what that costs."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro

from vinn_training.contracts import ImageArray
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.splits import Split
from vinn_training.durable_files import check_replaceable, replaced_folder
from vinn_training.encoder.artifact import EncoderArtifact, load_encoder
from vinn_training.encoder.export.calibration import calibration_frames
from vinn_training.encoder.export.export import ExportConfig, choose_precision, export_encoder
from vinn_training.encoder.runtime import load_runtime
from vinn_training.encoder.spec import DESCRIPTION_FILE
from vinn_training.evaluation.export_cost import OVERLAP_K, ExportCost, measure_cost, time_encoders
from vinn_training.evaluation.held_out import HeldOut, split_of
from vinn_training.evaluation.result_files import write_json
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.frame_encoder import FrameEncoder

REPORT_FILE = "export.json"

#: Relative rise of the action's error from which on it is said that the export is a poor one.
_TOLERATED_MSE_CHANGE = 0.01

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportCommand:
    """What `vinn export` takes.

    Attributes:
        encoder: Folder that `vinn train` wrote.
        output: Folder for the exported encoder and export.json; an exported encoder that is there is replaced once the
            new one is whole. `vinn bank --encoder` takes it.
        export: Runtime and precision.
        calibration: Demonstrations on which int8 is calibrated and the cost is measured; fp32 does without.
        frames: Frames to calibrate on, drawn from the demonstrations that are not held out.
        seed: Of that draw, and the fold that is held out where there is no split.
        held_out: As for `vinn evaluate`: the data set's split, folds, or auto.
        folds: As for `vinn evaluate`.
        k: Neighbours of the regression whose error is compared.
        temperature: Of this regression.
        threads: Of the encoders; 0 leaves the choice to the libraries.
        reader: Choices that some formats of data leave. `split` has no effect here.
    """

    encoder: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    export: Annotated[ExportConfig, tyro.conf.arg(name="")] = field(default_factory=ExportConfig)
    calibration: Path | None = None
    frames: int = 300
    seed: int = 0
    held_out: HeldOut = "auto"
    folds: int = 4
    k: int = 10
    temperature: float = 1.0
    threads: int = 0
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: ExportCommand) -> int:
    """Export, measure, write and return the exit status.

    Raises:
        VinnError: If encoder, data, options or the output folder cannot be used.
    """
    PolicyConfig(k=config.k, temperature=config.temperature)  # refuses numbers out of range now, not after minutes
    check_replaceable(config.output, DESCRIPTION_FILE, "an exported encoder")
    artifact = load_encoder(config.encoder)
    before = FrameEncoder(load_runtime(artifact, config.threads), artifact)
    precision = choose_precision(config.export)
    split = _split(config)
    if precision == "int8" and split is None:
        raise InvalidInput(
            "int8 needs demonstrations to calibrate on; expected --calibration DATASET, or --precision fp32"
        )
    frames = None
    if precision == "int8" and split is not None:
        frames = calibration_frames(split.training, artifact.spec.preprocessing, config.frames, config.seed)
    try:
        with replaced_folder(config.output) as folder:
            exported = export_encoder(artifact, folder, config.export.runtime, frames)
            cost, report = _measure(config, before, exported, split)
            write_json(folder / REPORT_FILE, report)
    except OSError as error:
        raise InvalidInput(f"{config.output}: cannot be written: {error.strerror or error}") from error
    _print(config, exported, report, cost)
    return 0


def _split(config: ExportCommand) -> Split | None:
    if config.calibration is None:
        return None
    if config.reader.split != "all":
        raise InvalidInput(f"--reader.split is {config.reader.split}; leave it: the command holds out by itself")
    dataset = open_dataset(config.calibration, config.reader)
    return split_of(dataset, config.held_out, config.folds, config.seed)


def _measure(
    config: ExportCommand, before: FrameEncoder, exported: EncoderArtifact, split: Split | None
) -> tuple[ExportCost | None, dict[str, Any]]:
    """Return what the export costs, where there are demonstrations, and the content of `export.json`."""
    after = FrameEncoder(load_runtime(exported, config.threads))
    image = split.test[0].load_image(0) if split else _any_image()
    times = time_encoders([before.runtime, after.runtime], image)
    policy = PolicyConfig(k=config.k, temperature=config.temperature)
    cost = measure_cost(before, after, split, policy) if split else None
    report = {
        "encoder_id": {"before": before.encoder_id, "after": exported.encoder_id},
        "runtime": exported.spec.runtime,
        "precision": {"asked": config.export.precision, "exported": exported.spec.precision},
        "cost": cost.to_dict() if cost else None,
        "encode_ms": {"before": times[0], "after": times[1], "ratio": times[0] / times[1]},
        "image_size": [image.shape[1], image.shape[0]],
        "threads": config.threads,
        "calibration": str(config.calibration) if split else None,
        "held_out": [item.name for item in split.test] if split else [],
        "frames": config.frames,
        "seed": config.seed,
        "command": shlex.join(["vinn", *sys.argv[1:]]),
    }
    return cost, report


def _any_image() -> ImageArray:
    return np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)


def _print(
    config: ExportCommand, exported: EncoderArtifact, report: Mapping[str, Any], cost: ExportCost | None
) -> None:
    print(f"{config.output}: encoder {exported.encoder_id}, {exported.spec.runtime} {exported.spec.precision}")
    times = report["encode_ms"]
    print(
        f"one image: {times['before']:.1f} ms before (torch), {times['after']:.1f} ms after: "
        f"{times['ratio']:.1f} times as fast"
    )
    if cost is None:
        print("embeddings are not compared: that needs --calibration DATASET")
        return
    print(
        f"on {cost.test_frames} held-out frames: cosine of the embeddings {cost.cosine_min:.5f} at least, "
        f"{cost.cosine_median:.5f} median; {100 * cost.neighbour_overlap:.1f} % of the {OVERLAP_K} nearest are the "
        f"same; action MSE {cost.mse_before:.5f} before, {cost.mse_after:.5f} after ({100 * cost.mse_change:+.2f} %)"
    )
    if cost.mse_change > _TOLERATED_MSE_CHANGE:
        _LOG.warning(
            "the action's error rises by %.1f %%: calibrate on more demonstrations (--frames), or choose "
            "--precision fp32",
            100 * cost.mse_change,
        )
