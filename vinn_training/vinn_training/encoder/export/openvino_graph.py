"""From a torch network to OpenVINO's files, with int8 by NNCF where it is asked for."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vinn_training.contracts import ImageArray
from vinn_training.encoder.graph_runtime import INPUT_NAME, OUTPUT_NAME
from vinn_training.encoder.openvino_package import import_openvino
from vinn_training.encoder.spec import RUNTIME_FILES
from vinn_training.exceptions import InvalidInput, MissingDependency


def openvino_files(network: nn.Module, size: int, frames: ImageArray | None = None) -> dict[str, bytes]:
    """Return the files of a network's OpenVINO graph, by name.

    Args:
        network: From (N, S, S, 3) uint8 to (N, D) float32, in evaluation mode.
        size: S.
        frames: (M, S, S, 3) uint8 to calibrate int8 on; None leaves the graph in float32.

    Raises:
        InvalidInput: If OpenVINO has no operation for a layer, or NNCF cannot quantise it.
        MissingDependency: If OpenVINO or NNCF is not installed.
    """
    try:
        openvino = import_openvino()
    except ImportError as error:
        raise MissingDependency(f"exporting for OpenVINO needs openvino ({error}); pip install openvino") from error
    graph = _convert(openvino, network, size)
    if frames is not None:
        graph = _quantise(graph, frames)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in RUNTIME_FILES["openvino"]]
        openvino.save_model(graph, paths[0], compress_to_fp16=False)
        return {path.name: path.read_bytes() for path in paths}


def _convert(openvino: Any, network: nn.Module, size: int) -> Any:
    example = torch.zeros((1, size, size, 3), dtype=torch.uint8)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch about its tracer, which OpenVINO calls
            graph = openvino.convert_model(
                network, example_input=example, input=[openvino.PartialShape([-1, size, size, 3])]
            )
    except Exception as error:  # OpenVINO's and torch's errors have no common class
        raise InvalidInput(f"the network cannot be converted for OpenVINO: {_reason(error)}") from error
    graph.inputs[0].get_tensor().set_names({INPUT_NAME})
    graph.outputs[0].get_tensor().set_names({OUTPUT_NAME})
    _number_operations(graph)
    return graph


def _number_operations(graph: Any) -> None:
    """Replace names that count what this process has made, so that the same encoder always gives the same files."""
    graph.set_friendly_name("encoder")
    for number, operation in enumerate(graph.get_ordered_ops()):
        if re.fullmatch(r"[A-Z]\w*_\d+", operation.get_friendly_name()):
            operation.set_friendly_name(f"{operation.get_type_name()}_n{number}")


def _quantise(graph: Any, frames: ImageArray) -> Any:
    try:
        import nncf
    except ImportError as error:
        raise MissingDependency(f"int8 needs nncf ({error}); pip install nncf, or --precision fp32") from error
    nncf.set_log_level(logging.ERROR)
    dataset = nncf.Dataset(frames, lambda frame: frame[None])
    try:
        with contextlib.redirect_stdout(sys.stderr):  # its progress bars; our stdout is for results
            graph = nncf.quantize(graph, dataset, subset_size=len(frames), target_device=nncf.TargetDevice.CPU)
    except Exception as error:  # NNCF's errors have no common class
        raise InvalidInput(f"the network cannot be quantised to int8: {_reason(error)}; try fp32") from error
    _number_operations(graph)
    return graph


def _reason(error: Exception) -> str:
    """Return what is at fault, in one line, without the advice that OpenVINO gives to callers of its own."""
    text = str(error)
    lines = [line.strip(" -") for line in text.splitlines()]
    unknown = [line for line in lines if line.startswith("No conversion rule")]
    if not unknown:
        told = text.partition("Exception:\n")[2] or text
        unknown = [line.strip() for line in told.partition("Please check")[0].splitlines() if line.strip()]
    return " ".join(unknown) or type(error).__name__
