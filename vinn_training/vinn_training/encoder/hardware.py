"""Where training runs, and in which precision."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Literal

import torch

from vinn_training.exceptions import InvalidInput

Precision = Literal["auto", "float64", "float32", "bfloat16", "float16"]

_TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True)
class HardwareConfig:
    """Where training runs; nothing here changes what is computed but for rounding.

    Attributes:
        device: auto (a GPU where there is one), cpu, cuda, or cuda:N.
        compile: Compile the backbone (torch.compile): minutes at the start, faster steps after. Needs a C++ compiler.
    """

    device: str = "auto"
    compile: bool = False


def find_device(name: str, local_rank: int = 0) -> torch.device:
    """Return the device of a name.

    Args:
        name: As in HardwareConfig.device.
        local_rank: Which GPU `auto` and `cuda` mean.

    Raises:
        InvalidInput: If it is unknown, or not on this machine.
    """
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        name = "cuda" if gpus else "cpu"
    if name == "cpu":
        return torch.device("cpu")
    if name == "cuda" or (name.startswith("cuda:") and name[5:].isdigit()):
        number = local_rank if name == "cuda" else int(name[5:])
        if number < gpus:
            return torch.device("cuda", number)
        raise InvalidInput(f"device is '{name}', GPU {number}; this machine has {gpus} that torch can use: use cpu")
    raise InvalidInput(f"device is '{name}'; expected auto, cpu, cuda or cuda:N")


def find_precision(name: Precision, device: torch.device) -> Precision:
    """Return what `auto` means on a device, and everything else as it is.

    On the CPU it means float32, whose results do not depend on the processor. bfloat16 pays where the processor
    multiplies it (AMX, AVX-512 BF16; 1.6 times the steps of a ResNet-18 in a measurement), and costs speed elsewhere.
    """
    if name != "auto":
        return name
    if device.type == "cpu":
        return "float32"
    return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"


def mixed_precision(name: Precision, device: torch.device) -> contextlib.AbstractContextManager[None]:
    """Return the context in which a network computes in the named precision; weights stay float32."""
    if name not in _TYPES:
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=_TYPES[name])


def out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory, of whatever device, has run out."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and ("can't allocate memory" in str(error) or "out of memory" in str(error))


def weight_type(name: Precision) -> torch.dtype:
    """Return the type of weights and inputs: float64 is for checking, mixed precision keeps float32."""
    return torch.float64 if name == "float64" else torch.float32


def at_least_float32(values: torch.Tensor) -> torch.Tensor:
    """Return the values in float32, or as they are where they are more precise."""
    return values if values.dtype == torch.float64 else values.float()
