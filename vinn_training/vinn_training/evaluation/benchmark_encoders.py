"""The encoders that are measured, with random weights, and their peer: torch, eager, as the original code runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, write_encoder
from vinn_training.encoder.processor import has_int8_instructions
from vinn_training.evaluation.textured_demonstration import textured_demonstration
from vinn_training.exceptions import MissingDependency
from vinn_training.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing


class EagerEncoder:
    """torchvision's transforms and a ResNet in evaluation mode, float32, batch 1, nothing folded or reordered.

    Args:
        artifact: The encoder; the same weights as the runtime it is compared with.

    Raises:
        MissingDependency: If torch or torchvision is not installed.
    """

    def __init__(self, artifact: EncoderArtifact) -> None:
        try:
            import torch
            from torchvision import transforms

            from vinn_training.encoder.backbone import empty_backbone, load_backbone_weights, read_state_dict
        except ImportError as error:
            raise MissingDependency(f"the torch peer needs torch and torchvision: {error}") from error
        self._torch = torch
        self._model = empty_backbone(artifact.spec.architecture)
        load_backbone_weights(self._model, read_state_dict(artifact.weights_path), str(artifact.weights_path))
        self._model.eval()
        size = artifact.spec.preprocessing.size
        self._to_input = transforms.Compose(
            [
                transforms.ToPILImage(),
                transforms.Resize((size, size)),
                transforms.ToTensor(),
                transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD),
            ]
        )

    def encode(self, image: ImageArray) -> FloatArray:
        """Return the (D,) float32 embedding of an (H, W, 3) uint8 RGB image."""
        with self._torch.no_grad():
            embedding = self._model(self._to_input(image)[None])[0].numpy()
        return np.asarray(embedding, dtype=np.float32)


def random_encoder(folder: Path, architecture: str = "resnet50", size: int = 224) -> EncoderArtifact:
    """Write an encoder with random weights, which are as fast as trained ones, and return it.

    Args:
        folder: Made where missing.
        architecture: As `EncoderSpec` has it.
        size: Side of the encoder's input, pixels.

    Raises:
        MissingDependency: If torch or torchvision is not installed.
    """
    try:
        import torch

        from vinn_training.encoder.backbone import empty_backbone
    except ImportError as error:
        raise MissingDependency(f"an encoder with random weights needs torch and torchvision: {error}") from error
    torch.manual_seed(0)
    weights = {name: value.numpy() for name, value in empty_backbone(architecture).state_dict().items()}
    return write_encoder(folder, EncoderSpec(architecture, Preprocessing(size=size)), weights)


def exported_encoder(
    artifact: EncoderArtifact, folder: Path, runtime: Literal["openvino", "onnx"], precision: Literal["fp32", "int8"]
) -> EncoderArtifact:
    """Export an encoder for another runtime; int8 is calibrated on textured pictures.

    Args:
        artifact: An encoder as it was trained.
        folder: Made here.
        runtime: That of the exported encoder.
        precision: int8 is for openvino.

    Raises:
        MissingDependency: If a package that converts is not installed.
    """
    try:
        from vinn_training.encoder.export.calibration import MIN_FRAMES, calibration_frames
        from vinn_training.encoder.export.export import export_encoder
    except ImportError as error:
        raise MissingDependency(f"exporting an encoder needs torch: {error}") from error
    folder.mkdir(parents=True)
    frames = None
    if precision == "int8":
        pictures = textured_demonstration("calibration", 0, MIN_FRAMES, 320, 240)
        frames = calibration_frames([pictures], artifact.spec.preprocessing, MIN_FRAMES, 0)
    return export_encoder(artifact, folder, runtime, frames)


def fastest_encoder(artifact: EncoderArtifact, folder: Path) -> EncoderArtifact:
    """Return an encoder exported as `vinn export` does by default: OpenVINO, int8 where the processor is made for it.

    Args:
        artifact: An encoder as it was trained.
        folder: Made here.

    Raises:
        MissingDependency: If a package that converts is not installed.
    """
    return exported_encoder(artifact, folder, "openvino", "int8" if has_int8_instructions() else "fp32")
