"""The bank_build rows: demonstrations on disk to a bank, beside one picture at a time in torch eager."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from vinn_training.bank.build import BuiltBank, build_bank
from vinn_training.contracts import Demonstration, FloatArray
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.benchmark import Row, Timing
from vinn_training.evaluation.benchmark_encoders import EagerEncoder, fastest_encoder, random_encoder
from vinn_training.evaluation.own_processes import Maker, time_in_own_processes, time_made_here
from vinn_training.evaluation.textured_demonstration import textured_demonstration
from vinn_training.exceptions import InvalidInput

#: The paper's door-opening bank: 71 demonstrations of 60 frames.
FRAMES = 4260
FRAMES_PER_DEMONSTRATION = 60


def bank_build_rows(frames: int = FRAMES, measured: int = 240, repetitions: int = 3, quick: bool = False) -> list[Row]:
    """Time building a bank with the exported encoder; a part of it is built, and the time scaled to all frames.

    Both sides read, decode and encode every picture, each in a process of its own; ours also makes thumbnails. Their
    work is the same for each picture, so that time is proportional to frames. The row "bank_build" is of JPEG files,
    as cameras and films give pictures, "bank_build/png" of PNG files, whose decoding takes both sides longer.

    Args:
        frames: Of the bank that is spoken of.
        measured: Frames that are built in each repetition, a multiple of 60.
        repetitions: Of each side, in turn.
        quick: A ResNet-18 at 64x64 and 60 frames of 96x96 instead, all in one process.

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
    timer = time_made_here if quick else time_in_own_processes
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        artifact = random_encoder(Path(folder) / "encoder", *(("resnet18", 64) if quick else ("resnet50", 224)))
        exported = fastest_encoder(artifact, Path(folder) / "exported")
        size = (96, 96) if quick else (640, 480)
        for name, suffix in (("bank_build", ".jpg"), ("bank_build/png", ".png")):
            data = Path(folder) / suffix[1:]
            write_demonstrations(data, measured // FRAMES_PER_DEMONSTRATION, *size, suffix)
            makers: list[Maker] = [partial(building, data, exported), partial(one_by_one, data, artifact)]
            ours, peer = timer(makers, repetitions, 0)
            rows.append(_scaled(name, ours, peer, measured, frames))
    return rows


def _scaled(name: str, ours: Timing, peer: Timing, measured: int, frames: int) -> Row:
    """Return the row of all frames, in seconds."""
    scale = 1e-3 * frames / measured
    return Row(
        row=name,
        ours=round(ours.median_ms * scale, 2),
        peer=round(peer.median_ms * scale, 2),
        peer_name=f"one picture at a time in torch eager; both {measured} of {frames} frames, scaled",
        ratio=round(peer.median_ms / ours.median_ms, 2),
        unit="s",
        repetitions=ours.repetitions,
        spread={
            "ours": [ours.p10_ms * scale, ours.p90_ms * scale],
            "peer": [peer.p10_ms * scale, peer.p90_ms * scale],
        },
    )


def write_demonstrations(
    folder: Path, count: int, width: int = 640, height: int = 480, suffix: str = ".jpg"
) -> list[Demonstration]:
    """Write demonstrations of 60 pictures each, and return them as they are read from there.

    Args:
        folder: New.
        count: Of demonstrations.
        width: Of the images, pixels.
        height: Of the images, pixels.
        suffix: Of the picture files: .jpg or .png.
    """
    writer = VinnDatasetWriter(folder, DatasetInfo(gripper=GripperLabels(meaning="opening")), suffix)
    for number in range(count):
        name = f"demo_{number:04d}"
        writer.write(textured_demonstration(name, number, FRAMES_PER_DEMONSTRATION, width, height))
    return list(open_dataset(folder).demonstrations)


def building(data: Path, artifact: EncoderArtifact) -> Callable[[], BuiltBank]:
    """Return what builds the bank of a data set, after a warm-up with two pictures."""
    demonstrations, runtime = open_dataset(data).demonstrations, load_runtime(artifact)
    runtime.encode([demonstrations[0].load_image(frame) for frame in range(2)])
    return partial(build_bank, demonstrations, runtime)


def one_by_one(data: Path, artifact: EncoderArtifact) -> Callable[[], FloatArray]:
    """Return what makes the (N, D) embeddings of all frames one after another, after a warm-up with one picture."""
    demonstrations, peer = open_dataset(data).demonstrations, EagerEncoder(artifact)
    peer.encode(demonstrations[0].load_image(0))

    def embed() -> FloatArray:
        return np.stack([peer.encode(item.load_image(frame)) for item in demonstrations for frame in range(len(item))])

    return embed
