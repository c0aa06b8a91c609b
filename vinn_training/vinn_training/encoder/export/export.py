"""From a trained encoder to the same encoder for another runtime."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from vinn_training.contracts import ImageArray
from vinn_training.encoder.artifact import EncoderArtifact, write_exported
from vinn_training.encoder.export.network import image_encoder
from vinn_training.encoder.export.onnx_graph import onnx_files
from vinn_training.encoder.export.openvino_graph import openvino_files
from vinn_training.encoder.processor import has_int8_instructions
from vinn_training.exceptions import InvalidInput

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportConfig:
    """What an encoder is exported to.

    Attributes:
        runtime: openvino, the fastest on a CPU; or onnx.
        precision: int8, or fp32. int8 is for openvino, needs demonstrations to calibrate on, and pays where the
            processor has instructions for it; where it has none, fp32 is exported instead.
        check_processor: False exports int8 whatever this machine's processor has: for a robot with another one.

    Raises:
        InvalidInput: If runtime and precision do not go together.
    """

    runtime: Literal["openvino", "onnx"] = "openvino"
    precision: Literal["fp32", "int8"] = "int8"
    check_processor: bool = True

    def __post_init__(self) -> None:
        if self.runtime == "onnx" and self.precision == "int8":
            raise InvalidInput(
                "precision is int8 with runtime onnx; expected --precision fp32, or --runtime openvino, for which int8 "
                "is exported"
            )


def choose_precision(config: ExportConfig, able: bool | None = None) -> Literal["fp32", "int8"]:
    """Return the precision to export, and say where it is not the one that was asked for.

    Args:
        config: What was asked for.
        able: Whether the processor has instructions for int8; None looks.
    """
    if config.precision == "fp32" or not config.check_processor:
        return config.precision
    if has_int8_instructions() if able is None else able:
        return "int8"
    _LOG.warning(
        "this processor has no instructions for int8 (AVX-512 VNNI, AVX VNNI, AMX or ARM's dot product): exporting "
        "fp32. For a robot whose processor has them: --no-check-processor"
    )
    return "fp32"


def export_encoder(
    artifact: EncoderArtifact, folder: Path, runtime: Literal["openvino", "onnx"], frames: ImageArray | None = None
) -> EncoderArtifact:
    """Convert an encoder and write it into a folder.

    Args:
        artifact: An encoder as it was trained.
        folder: There, and empty; nothing is written where the conversion fails.
        runtime: That of the exported encoder.
        frames: (N, S, S, 3) uint8 RGB, resized as the encoder's preprocessing does, to calibrate int8 on (openvino
            only); None exports float32.

    Returns:
        The exported encoder. Its id is its own: a bank of the trained encoder is not one of the exported encoder.

    Raises:
        InvalidInput: If the encoder is an exported one, or a layer cannot be converted.
        InvalidCheckpoint: If the weights do not fit the architecture.
        MissingDependency: If a package that converts is not installed.
    """
    if runtime == "onnx" and frames is not None:
        raise InvalidInput("frames to calibrate int8 on were given for ONNX; expected none, or openvino")
    network = image_encoder(artifact)
    size = artifact.spec.preprocessing.size
    files = openvino_files(network, size, frames) if runtime == "openvino" else onnx_files(network, size)
    spec = replace(artifact.spec, runtime=runtime, precision="fp32" if frames is None else "int8")
    return write_exported(folder, spec, files)
