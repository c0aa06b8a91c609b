"""ResNet-18, 34 and 50 with the last linear layer replaced by the identity (VINN, section III)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torchvision
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from vinn_training.encoder.artifact import CHANNELS, WEIGHTS_FILE
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput

_LOG = logging.getLogger(__name__)

IMAGENET = "imagenet"
RANDOM = "none"


def build_backbone(architecture: str, weights: str = RANDOM, pooling: int = 1) -> nn.Module:
    """Return a backbone from (N, 3, S, S) float32 to (N, D) float32; the log says which weights it has.

    Args:
        architecture: One of CHANNELS.
        weights: "imagenet" (torchvision's, downloaded where they are not cached), "none" (random), or the path of a
            local file or folder: a torchvision state dict, an original VINN checkpoint, or what `vinn train` wrote.
        pooling: Cells a side to which the last feature map is averaged.

    Raises:
        InvalidInput: If the architecture is unknown.
        InvalidCheckpoint: If the weights cannot be had or do not fit.
    """
    if weights == IMAGENET:
        model = _with_imagenet_weights(architecture, pooling)
        _LOG.info("%s starts from ImageNet weights of torchvision", architecture)
        return model
    model = empty_backbone(architecture, pooling)
    if weights == RANDOM:
        _LOG.info("%s starts from random weights", architecture)
    else:
        load_backbone_weights(model, read_state_dict(Path(weights)), weights)
        _LOG.info("%s starts from the weights in %s", architecture, weights)
    return model


def empty_backbone(architecture: str, pooling: int = 1) -> nn.Module:
    """Return a backbone with random weights, to be filled.

    Raises:
        InvalidInput: If the architecture is unknown.
    """
    if architecture not in CHANNELS:
        raise InvalidInput(f"architecture is {architecture!r}; expected one of: {', '.join(CHANNELS)}")
    return _without_last_layer(torchvision.models.get_model(architecture, weights=None), pooling)


def _without_last_layer(model: nn.Module, pooling: int) -> nn.Module:
    model.fc = nn.Identity()
    model.avgpool = nn.AdaptiveAvgPool2d(pooling)
    return model


def _with_imagenet_weights(architecture: str, pooling: int) -> nn.Module:
    if architecture not in CHANNELS:
        raise InvalidInput(f"architecture is {architecture!r}; expected one of: {', '.join(CHANNELS)}")
    enum = torchvision.models.get_model_weights(architecture)
    try:
        model = torchvision.models.get_model(architecture, weights=enum.IMAGENET1K_V1)
    except (OSError, RuntimeError) as error:  # urllib's URLError is an OSError; a broken file a RuntimeError
        raise InvalidCheckpoint(
            f"ImageNet weights of {architecture} cannot be downloaded ({error}); train on your own demonstrations "
            "from random weights instead (--weights none), or name a local file (--weights PATH)"
        ) from error
    return _without_last_layer(model, pooling)


def read_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """Return the backbone's tensors from a file (.safetensors, or torch's own format) or a training folder.

    torch files are read without running code from them.

    Raises:
        InvalidCheckpoint: If the file cannot be read or holds no state dict.
    """
    if path.is_dir():
        path = path / WEIGHTS_FILE
    if not path.is_file():
        raise InvalidCheckpoint(f"{path}: no such weights file; expected imagenet, none, or a local file")
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, RuntimeError, ValueError, EOFError, KeyError) as error:
        raise InvalidCheckpoint(f"{path}: cannot be read as weights: {error}") from error
    except Exception as error:  # pickle.UnpicklingError, and whatever else a foreign file provokes
        raise InvalidCheckpoint(f"{path}: not a file of plain tensors: {error}") from error
    if isinstance(content, Mapping) and isinstance(content.get("model_state_dict"), Mapping):
        content = content["model_state_dict"]  # VINN's original checkpoint
    if not isinstance(content, Mapping) or not all(isinstance(value, torch.Tensor) for value in content.values()):
        raise InvalidCheckpoint(f"{path}: expected a state dict, or one under 'model_state_dict'")
    return {str(name): value for name, value in content.items()}


def load_backbone_weights(model: nn.Module, state: Mapping[str, torch.Tensor], source: str) -> None:
    """Copy tensors into a backbone; those of the last linear layer are left out.

    Raises:
        InvalidCheckpoint: If a tensor is missing, left over or of another shape.
    """
    kept = {name: value for name, value in state.items() if not name.startswith("fc.")}
    try:
        missing, unexpected = model.load_state_dict(kept, strict=False)
    except RuntimeError as error:
        raise InvalidCheckpoint(f"{source}: weights do not fit the architecture: {error}") from error
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise InvalidCheckpoint(
            f"{source}: weights do not fit the architecture: {len(missing)} missing (first: {missing[:1]}), "
            f"{len(unexpected)} unknown (first: {unexpected[:1]})"
        )
