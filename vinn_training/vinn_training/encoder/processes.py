"""The processes that train or encode together: one, or those that torchrun started."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput

#: How long one process waits for the others. The slowest step between two meetings is a checkpoint of rank 0.
_TIMEOUT = timedelta(minutes=10)

#: Groups that were left, kept to the end. A network wrapped for several processes holds its group; were it the last to
#: do so, the group's threads would be waited for while they wait for the interpreter.
_left_groups: list[Any] = []


@dataclass(frozen=True)
class Processes:
    """Which of how many processes this is.

    Attributes:
        rank: From 0, over all machines; 0 writes files and talks.
        count: Of all processes.
        local_rank: From 0, on this machine; the number of its GPU.
    """

    rank: int = 0
    count: int = 1
    local_rank: int = 0

    @property
    def first(self) -> bool:
        """Whether this one writes and talks."""
        return self.rank == 0

    def share(self, total: int) -> slice:
        """Return this process's part of `total` rows; the parts follow each other and differ by one row at most."""
        return slice(total * self.rank // self.count, total * (self.rank + 1) // self.count)

    def mean(self, values: Sequence[float]) -> list[float]:
        """Return each value's mean over all processes; every process must ask."""
        if self.count == 1:
            return list(values)
        sums = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(sums)
        return [float(value) for value in sums / self.count]

    def gather(self, rows: NDArray[Any]) -> list[NDArray[Any]]:
        """Return every process's rows, in the order of rank; every process must ask.

        Args:
            rows: (n, ...); n may differ between processes, type and the other sizes must not.
        """
        if self.count == 1:
            return [rows]
        lengths = [torch.zeros(1, dtype=torch.int64) for _ in range(self.count)]
        dist.all_gather(lengths, torch.tensor([len(rows)]))
        padded = np.zeros((max(int(length) for length in lengths), *rows.shape[1:]), dtype=rows.dtype)
        padded[: len(rows)] = rows
        parts = [torch.empty(padded.shape, dtype=torch.from_numpy(padded).dtype) for _ in lengths]
        dist.all_gather(parts, torch.from_numpy(padded))
        return [part[: int(length)].numpy() for part, length in zip(parts, lengths, strict=True)]

    def wait(self) -> None:
        """Return when every process has come here."""
        if self.count > 1:
            self.mean([0.0])


@contextmanager
def process_group() -> Iterator[Processes]:
    """Join the processes that torchrun started, and leave them at the end; without torchrun there is one.

    Tensors on the CPU go through gloo, those on a GPU through NCCL.

    Raises:
        InvalidInput: If torchrun's environment variables are not numbers.
    """
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK")
    texts = [os.environ.get(name) for name in names]
    if "WORLD_SIZE" not in os.environ or texts[1] == "1":
        yield Processes()
        return
    try:
        rank, count, local_rank = (int(text or "") for text in texts)
    except ValueError as error:
        values = ", ".join(f"{name}={text}" for name, text in zip(names, texts, strict=True))
        raise InvalidInput(f"{values}; expected the three numbers that torchrun sets") from error
    if torch.cuda.is_available():
        torch.cuda.set_device(local_rank % torch.cuda.device_count())
        dist.init_process_group("cpu:gloo,cuda:nccl", timeout=_TIMEOUT)
    else:
        dist.init_process_group("gloo", timeout=_TIMEOUT)
    _left_groups.append(dist.group.WORLD)
    try:
        yield Processes(rank, count, local_rank)
    finally:
        dist.destroy_process_group()
