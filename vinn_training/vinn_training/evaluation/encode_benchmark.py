"""The encode rows: one camera image to its embedding, by every runtime, beside torch eager as the original uses it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.processor import has_int8_instructions
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.benchmark import Row, compare_all
from vinn_training.evaluation.benchmark_encoders import EagerEncoder, exported_encoder, random_encoder
from vinn_training.evaluation.own_processes import Maker, time_in_own_processes, time_made_here
from vinn_training.exceptions import MissingDependency

PEER = "torch eager, torchvision transforms"

#: What may be measured, the default of `vinn export` first.
_EXPORTS: tuple[tuple[Literal["openvino", "onnx"], Literal["fp32", "int8"]], ...] = (
    ("openvino", "int8"), ("openvino", "fp32"), ("onnx", "fp32"),
)  # fmt: skip


def encode_rows(repetitions: int = 50, quick: bool = False) -> list[Row]:
    """Time one 640x480 image to its ResNet-50 embedding at 224x224: batch 1, resizing included, all threads.

    Every runtime has a process of its own, as on a robot.

    The row `encode` is that of the encoder as `vinn export` makes it by default; a runtime whose package is missing
    has a row that says so.

    Args:
        repetitions: Timed calls of each, in turn.
        quick: A ResNet-18 at 64x64 instead, all in one process.

    Raises:
        MissingDependency: If torch or torchvision is not installed.
    """
    missing = []
    with tempfile.TemporaryDirectory() as folder:
        artifact = random_encoder(Path(folder) / "torch", *(("resnet18", 64) if quick else ("resnet50", 224)))
        ours: dict[str, Maker] = {}
        for runtime, precision in _EXPORTS:
            if precision == "int8" and not has_int8_instructions():
                continue
            name = f"{runtime} {precision}"
            try:
                exported = exported_encoder(artifact, Path(folder) / name, runtime, precision)
                ours[name] = partial(runtime_call, exported)
            except MissingDependency as error:
                missing.append(Row.failed(f"encode/{name}", str(error)))
        ours["torch"] = partial(runtime_call, artifact)
        timer = time_made_here if quick else time_in_own_processes
        rows = compare_all("encode", ours, {PEER: partial(eager_call, artifact)}, repetitions, timer=timer)
    return [*rows, *missing]


def runtime_call(artifact: EncoderArtifact) -> Callable[[], object]:
    """Return what encodes one image by the encoder's runtime."""
    return partial(load_runtime(artifact).encode, [_image()])


def eager_call(artifact: EncoderArtifact) -> Callable[[], object]:
    """Return what encodes the same image in torch eager."""
    return partial(EagerEncoder(artifact).encode, _image())


def _image() -> ImageArray:
    return np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
