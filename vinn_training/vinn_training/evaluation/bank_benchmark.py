"""The bank_build row: demonstrations on disk to a bank, beside one picture at a time in torch eager."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vinn_training.bank.build import build_bank
from vinn_training.contracts import Demonstration, FloatArray
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.encoder.runtime import EncoderRuntime, load_runtime
from vinn_training.evaluation.benchmark import Row
from vinn_training.evaluation.benchmark_encoders import EagerEncoder, fastest_encoder, random_encoder
from vinn_training.evaluation.textured_demonstration import textured_demonstration
from vinn_training.exceptions import InvalidInput

#: The paper's door-opening bank: 71 demonstrations of 60 frames.
FRAMES = 4260
FRAMES_PER_DEMONSTRATION = 60


class BuildTimes(NamedTuple):
    """Seconds for the whole bank, one number a repetition.

    Attributes:
        ours_s: (R,) of `build_bank`.
        peer_s: (R,) of the pictures one at a time.
    """

    ours_s: FloatArray
    peer_s: FloatArray


def bank_build_row(frames: int = FRAMES, measured: int = 240, repetitions: int = 3, quick: bool = False) -> Row:
    """Time building a bank from PNG files with the exported encoder; a part of it is built, and the time scaled to all.

    Both sides read, decode and encode every picture; ours also makes thumbnails. Their work is the same for each
    picture, so that time is proportional to frames.

    Args:
        frames: Of the bank that is spoken of.
        measured: Frames that are built in each repetition, a multiple of 60.
        repetitions: Of each side, in turn.
        quick: A ResNet-18 at 64x64 and 60 frames of 96x96 instead.

    Raises:
        InvalidInput: If `measured` or `repetitions` cannot be used.
        MissingDependency: If torch or torchvision is not installed.
    """
    measured = FRAMES_PER_DEMONSTRATION if quick else measured
    if measured < 1 or measured % FRAMES_PER_DEMONSTRATION or repetitions < 1:
        raise InvalidInput(
            f"{measured} frames measured in {repetitions} repetitions; expected a multiple of "
            f"{FRAMES_PER_DEMONSTRATION}, and at least 1 repetition"
        )
    with tempfile.TemporaryDirectory() as folder:
        artifact = random_encoder(Path(folder) / "encoder", *(("resnet18", 64) if quick else ("resnet50", 224)))
        size = (96, 96) if quick else (640, 480)
        demonstrations = write_demonstrations(Path(folder) / "data", measured // FRAMES_PER_DEMONSTRATION, *size)
        runtime = load_runtime(fastest_encoder(artifact, Path(folder) / "exported"))
        times = build_times(demonstrations, runtime, EagerEncoder(artifact), repetitions)
    scale = frames / measured
    ours, peer = (np.percentile(values, [10, 50, 90]) * scale for values in times)
    return Row(
        row="bank_build",
        ours=round(float(ours[1]), 2),
        peer=round(float(peer[1]), 2),
        peer_name=f"one picture at a time in torch eager; both {measured} of {frames} frames, scaled",
        ratio=round(float(peer[1] / ours[1]), 2),
        unit="s",
        repetitions=repetitions,
        spread={"ours": [float(ours[0]), float(ours[2])], "peer": [float(peer[0]), float(peer[2])]},
    )


def write_demonstrations(folder: Path, count: int, width: int = 640, height: int = 480) -> list[Demonstration]:
    """Write demonstrations of 60 PNG files each, and return them as they are read from there.

    Args:
        folder: New.
        count: Of demonstrations.
        width: Of the images, pixels.
        height: Of the images, pixels.
    """
    writer = VinnDatasetWriter(folder, DatasetInfo(gripper=GripperLabels(meaning="opening")))
    for number in range(count):
        name = f"demo_{number:04d}"
        writer.write(textured_demonstration(name, number, FRAMES_PER_DEMONSTRATION, width, height))
    return list(open_dataset(folder).demonstrations)


def build_times(
    demonstrations: Sequence[Demonstration], runtime: EncoderRuntime, peer: EagerEncoder, repetitions: int
) -> BuildTimes:
    """Time both ways in turn, after a warm-up with one picture."""
    first = demonstrations[0].load_image(0)
    runtime.encode([first])
    peer.encode(first)
    times = np.empty((2, repetitions), dtype=np.float32)
    for repetition in range(repetitions):
        began_s = time.perf_counter()
        build_bank(demonstrations, runtime)
        times[0, repetition] = time.perf_counter() - began_s
        began_s = time.perf_counter()
        one_by_one(demonstrations, peer)
        times[1, repetition] = time.perf_counter() - began_s
    return BuildTimes(times[0], times[1])


def one_by_one(demonstrations: Sequence[Demonstration], peer: EagerEncoder) -> FloatArray:
    """Return the (N, D) embeddings of all frames, made one after another."""
    return np.stack([peer.encode(item.load_image(frame)) for item in demonstrations for frame in range(len(item))])
