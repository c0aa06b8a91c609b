"""Where the training frames lie: on the device where they fit, else in the host's memory, sent a batch at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal

import torch

from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

_LOG = logging.getLogger(__name__)

FrameMemory = Literal["auto", "device", "host"]

#: Share of a GPU's free memory that frames may take; the rest is the network's.
_LARGEST_SHARE = 0.5


class FrameStore:
    """Frames, of which batches are asked for on a device.

    Args:
        frames: (N, S, S, 3) uint8 RGB; in the host's memory they are kept by reference.
        device: That batches are wanted on.
        on_device: Keep all of them there.

    Attributes:
        frames: The same as a tensor, where they lie.
    """

    def __init__(self, frames: ImageArray, device: torch.device, on_device: bool = True) -> None:
        self._device, self._on_device = device, on_device
        self._ahead: tuple[torch.Tensor, torch.Tensor] | None = None
        self.frames = torch.from_numpy(frames)
        if on_device:
            self.frames = self.frames.to(device)

    def take(self, rows: torch.Tensor) -> torch.Tensor:
        """Return (n, S, S, 3) uint8 frames on the device; `rows` is (n,) int64 on the CPU."""
        if self._on_device:
            return self.frames[rows.to(self._device, non_blocking=True)]
        ahead, self._ahead = self._ahead, None
        return ahead[1] if ahead is not None and torch.equal(ahead[0], rows) else self._send(rows)

    def prefetch(self, rows: torch.Tensor) -> None:
        """Gather and send what `take` will be asked for next, while the device is at work on something else."""
        if not self._on_device:
            self._ahead = (rows, self._send(rows))

    def _send(self, rows: torch.Tensor) -> torch.Tensor:
        # A fresh page-locked piece each time: torch reuses one only after its copy has come to an end.
        staged = torch.empty(
            (len(rows), *self.frames.shape[1:]), dtype=torch.uint8, pin_memory=self._device.type == "cuda"
        )
        torch.index_select(self.frames, 0, rows, out=staged)
        return staged.to(self._device, non_blocking=True)


def free_gpu_bytes(device: torch.device) -> int:
    """Return how much memory of a GPU nobody has taken."""
    return int(torch.cuda.mem_get_info(device)[0])


def frames_fit(
    size: int,
    device: torch.device,
    memory: FrameMemory,
    free_bytes: Callable[[torch.device], int] = free_gpu_bytes,
) -> bool:
    """Return whether frames of so many bytes are to be kept on the device; for a GPU the log says why.

    Args:
        size: Bytes of all frames.
        device: To train on; the CPU has them in its memory anyway.
        memory: device, host, or auto: device where they take at most half of what is free there.
        free_bytes: Returns the free memory of a GPU.

    Raises:
        InvalidInput: If they must be on the device and do not fit, or `memory` is unknown.
    """
    if memory not in ("auto", "device", "host"):
        raise InvalidInput(f"frame_memory is '{memory}'; expected auto, device or host")
    if device.type == "cpu":
        return True
    free = free_bytes(device)
    numbers = f"{size / 1e9:.2f} GB of frames, {free / 1e9:.2f} GB free on {device}"
    if memory == "device" and size >= free:
        raise InvalidInput(f"{numbers}; expected fewer or smaller frames, or --frame-memory host")
    chosen = memory == "device" or (memory == "auto" and size <= _LARGEST_SHARE * free)
    _LOG.info("%s: they are kept %s", numbers, "there" if chosen else "in the host's memory and sent batch by batch")
    return chosen
