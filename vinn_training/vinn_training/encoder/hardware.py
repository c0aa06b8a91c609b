"""Where training runs, and in which precision."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from vinn_training.encoder.frame_store import FrameMemory
from vinn_training.exceptions import InvalidInput

_LOG = logging.getLogger(__name__)

Precision = Literal["auto", "float64", "float32", "bfloat16", "float16"]

_TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True)
class HardwareConfig:
    """Where training runs; nothing here changes what is computed but for rounding.

    Attributes:
        device: auto (a GPU where there is one), cpu, cuda, or cuda:N.
        compile: Compile the backbone (torch.compile): minutes at the start, faster steps after. Where that is not
            possible (it takes a C++ compiler and Python's headers, on a GPU Triton), training goes on without.
        frame_memory: Where frames lie that are trained on with a GPU: device, host (sent batch by batch), or auto:
            device where they take at most half of what is free.
        checkpoint_every_s: Seconds between checkpoints, which a crash may cost; a larger network's takes seconds to
            write. 0 writes one after every epoch. The last epoch's is always written, and one on Ctrl-C.
        as_processes: On the CPU, take every sum over a batch as so many processes would, to repeat a run of theirs in
            one. With two processes float32 is then the same to the bit, given as many threads each.

    Raises:
        InvalidInput: If the seconds are negative or not a number, or there are fewer than one process.
    """

    device: str = "auto"
    compile: bool = False
    frame_memory: FrameMemory = "auto"
    checkpoint_every_s: float = 120.0
    as_processes: int = 1

    def __post_init__(self) -> None:
        if not self.checkpoint_every_s >= 0.0:
            raise InvalidInput(f"checkpoint_every_s is {self.checkpoint_every_s}; expected 0 or more seconds")
        if self.as_processes < 1:
            raise InvalidInput(f"as_processes is {self.as_processes}; expected 1 or more")


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


def compile_in_place(modules: Sequence[nn.Module], device: torch.device) -> bool:
    """Compile modules for batches of one size; where the machine cannot, warn and leave them as they are.

    Returns:
        Whether they are compiled; torch does the work at their first call.
    """
    try:
        torch.compile(_compilable, dynamic=False)(torch.ones(8, device=device))
    except (RuntimeError, OSError, ImportError) as error:  # whatever the compiler's absence provokes
        reason = str(error).strip().splitlines()
        _LOG.warning(
            "torch.compile does not work on this machine (%s); training goes on without it, more slowly. It takes a "
            "C++ compiler and Python's headers, on a GPU Triton",
            reason[0] if reason else type(error).__name__,
        )
        return False
    for module in modules:
        module.compile(dynamic=False)
    return True


def _compilable(values: torch.Tensor) -> torch.Tensor:
    """Be something small to try the compiler on."""
    return torch.relu(values) + 1.0


def prefer_speed(device: torch.device) -> None:
    """Let cuDNN choose by trying; results differ between its algorithms by rounding. Elsewhere nothing is to choose."""
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True


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


def loss_precision(values: torch.Tensor) -> torch.Tensor:
    """Return what a loss over all pairs of a batch is computed from: float64 on the CPU, elsewhere at least float32.

    Several processes add such a loss in another order than one. In float64 that is far below the rounding of the
    gradients to float32, which are then the same; beside the backbone it costs nothing. GPUs are slow at it.
    """
    return values.double() if values.device.type == "cpu" else at_least_float32(values)
