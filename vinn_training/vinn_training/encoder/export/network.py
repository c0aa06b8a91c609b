"""The network that is exported: an image as the camera's path gives it in, the embedding as it is compared out."""

from __future__ import annotations

import torch
from torch import nn

from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec
from vinn_training.encoder.torch_runtime import load_for_inference, normalise


class ImageEncoder(nn.Module):
    """Everything between a resized image and its embedding. Resizing stays outside: no graph does it as OpenCV does.

    Args:
        backbone: From (N, 3, S, S) float32 to (N, D) float32.
        spec: Channel statistics, normalisation and scale.
    """

    factor: torch.Tensor
    offset: torch.Tensor

    def __init__(self, backbone: nn.Module, spec: EncoderSpec) -> None:
        super().__init__()
        self.backbone = backbone
        self.spec = spec
        mean = torch.tensor(spec.preprocessing.mean, dtype=torch.float64)
        std = torch.tensor(spec.preprocessing.std, dtype=torch.float64)
        # In float64 and then rounded, as Preprocessing.normalise.
        self.register_buffer("factor", (1.0 / (255.0 * std)).float().reshape(1, 3, 1, 1))
        self.register_buffer("offset", (-mean / std).float().reshape(1, 3, 1, 1))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the (N, D) float32 embeddings of (N, S, S, 3) uint8 RGB images."""
        values = images.permute(0, 3, 1, 2).float() * self.factor + self.offset
        return normalise(self.backbone(values), self.spec)


def image_encoder(artifact: EncoderArtifact) -> ImageEncoder:
    """Return an encoder as one network.

    Raises:
        InvalidInput: If it is an exported one.
        InvalidCheckpoint: If the weights do not fit the architecture.
    """
    return ImageEncoder(load_for_inference(artifact), artifact.spec).eval()
