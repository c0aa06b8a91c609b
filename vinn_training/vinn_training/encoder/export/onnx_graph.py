"""From a torch network to an ONNX file."""

from __future__ import annotations

import copy
import tempfile
import warnings
from pathlib import Path

import torch
from torch import nn

from vinn_training.encoder.graph_runtime import INPUT_NAME, OUTPUT_NAME
from vinn_training.encoder.spec import RUNTIME_FILES
from vinn_training.exceptions import InvalidInput, MissingDependency

#: Operator set; ONNX Runtime reads it from version 1.15 on.
_OPSET = 17


class _WindowMeans(nn.Module):
    """What nn.AdaptiveAvgPool2d computes; ONNX has no operator for windows that overlap (7 pixels to 2 cells).

    Args:
        cells: A side.
    """

    def __init__(self, cells: int) -> None:
        super().__init__()
        self._cells = cells

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return (N, C, cells, cells) means of (N, C, H, W)."""
        for axis in (2, 3):
            size = int(values.shape[axis])
            bounds = [(i * size // self._cells, -(-(i + 1) * size // self._cells)) for i in range(self._cells)]
            parts = [values.narrow(axis, start, end - start).mean(dim=axis, keepdim=True) for start, end in bounds]
            values = torch.cat(parts, dim=axis)
        return values


def onnx_files(network: nn.Module, size: int) -> dict[str, bytes]:
    """Return the file of a network's ONNX graph, by name.

    Args:
        network: From (N, S, S, 3) uint8 to (N, D) float32, in evaluation mode.
        size: S.

    Raises:
        InvalidInput: If ONNX has no operator for a layer.
        MissingDependency: If the package onnx is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingDependency(f"exporting to ONNX needs onnx ({error}); pip install onnx onnxruntime") from error
    network = _with_window_means(network)
    example = torch.zeros((1, size, size, 3), dtype=torch.uint8)
    (name,) = RUNTIME_FILES["onnx"]
    try:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            path = Path(folder) / name
            warnings.simplefilter("ignore")  # of torch about this exporter, which needs no further package
            torch.onnx.export(
                network, (example,), path, dynamo=False, opset_version=_OPSET, input_names=[INPUT_NAME],
                output_names=[OUTPUT_NAME], dynamic_axes={INPUT_NAME: {0: "n"}, OUTPUT_NAME: {0: "n"}},
            )  # fmt: skip
            onnx.checker.check_model(str(path))
            return {name: path.read_bytes()}
    except Exception as error:  # torch's and ONNX's errors have no common class
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise InvalidInput(f"the network cannot be converted to ONNX: {reason}") from error


def _with_window_means(network: nn.Module) -> nn.Module:
    """Return a copy without adaptive pooling to more than one cell; to one, ONNX has an operator."""
    network = copy.deepcopy(network)
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.AdaptiveAvgPool2d) and isinstance(child.output_size, int) and child.output_size > 1:
                setattr(module, name, _WindowMeans(child.output_size))
    return network
