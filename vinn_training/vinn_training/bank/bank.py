"""The bank: every demonstration frame's embedding with its action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank_view import LABELS, BankView
from vinn_training.bank.fingerprint import bank_fingerprint, block_digests, with_disabled
from vinn_training.bank.index import RowFilter
from vinn_training.bank.row_blocks import BankArray, row_blocks
from vinn_training.contracts import REST_NORM, FloatArray
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True, eq=False)
class Bank:
    """N rows, one a demonstration frame. Arrays are copied and made read-only; a memory-mapped one is not copied.

    Attributes:
        embeddings: (N, D) float32, or float16 where given as such; contiguous. A read-only `np.memmap` is kept as it
            is, and not read to look for NaN: whoever mapped it vouches for its content by `known_digests`.
        directions: (N, 3) float32, unit length or zero, camera optical frame.
        gripper: (N,) float32, opening in [0, 1].
        demonstration: (N,) int32, index into `demonstration_names`.
        frame: (N,) int32, index of the frame within its demonstration.
        demonstration_names: Names, all different.
        encoder_id: Fingerprint of the encoder that made the embeddings.
        disabled: Names of demonstrations whose rows are not answered; sorted. At least one is enabled.
        known_digests: Of every 512 rows, as `fingerprint.block_digests`, where known; else computed on demand.

    Raises:
        InvalidInput: If shapes differ, the bank is empty, a value is not finite or out of range, or a disabled
            demonstration is unknown or the last one.
    """

    embeddings: BankArray
    directions: FloatArray
    gripper: FloatArray
    demonstration: NDArray[np.int32]
    frame: NDArray[np.int32]
    demonstration_names: tuple[str, ...]
    encoder_id: str
    disabled: tuple[str, ...] = ()
    known_digests: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        embeddings = _own_embeddings(self.embeddings)
        if embeddings.ndim != 2 or 0 in embeddings.shape:
            raise InvalidInput(f"bank embeddings have shape {embeddings.shape}; expected (N, D), neither zero")
        count = len(embeddings)
        arrays: dict[str, tuple[NDArray[Any], tuple[int, ...]]] = {
            "embeddings": (embeddings, embeddings.shape),
            "directions": (np.array(self.directions, dtype=np.float32, order="C"), (count, 3)),
            "gripper": (np.array(self.gripper, dtype=np.float32), (count,)),
            "demonstration": (np.array(self.demonstration, dtype=np.int32), (count,)),
            "frame": (np.array(self.frame, dtype=np.int32), (count,)),
        }
        for name, (array, shape) in arrays.items():
            if array.shape != shape:
                raise InvalidInput(f"bank {name} has shape {array.shape}; expected {shape}")
            if not isinstance(array, np.memmap):
                check_finite(name, array)
                array.setflags(write=False)
            object.__setattr__(self, name, array)
        object.__setattr__(self, "demonstration_names", tuple(self.demonstration_names))
        object.__setattr__(self, "disabled", tuple(sorted(set(self.disabled))))
        self._check_values()

    def _check_values(self) -> None:
        norms = np.linalg.norm(self.directions.astype(np.float64), axis=1)
        bad = (norms > REST_NORM) & (np.abs(norms - 1.0) > 1e-3)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise InvalidInput(f"bank direction in row {row} has length {norms[row]:.4g}; expected 1, or 0 (at rest)")
        if self.gripper.min() < 0.0 or self.gripper.max() > 1.0:
            raise InvalidInput(f"bank gripper spans {self.gripper.min()} to {self.gripper.max()}; expected 0 to 1")
        names = self.demonstration_names
        if len(set(names)) != len(names):
            raise InvalidInput("bank demonstration names are not all different; build the bank again")
        if self.demonstration.min() < 0 or self.demonstration.max() >= len(names) or self.frame.min() < 0:
            raise InvalidInput(f"bank demonstration or frame indices do not fit its {len(names)} demonstrations")
        _ = self.keep

    def __len__(self) -> int:
        return len(self.embeddings)

    @property
    def parts(self) -> tuple[BankArray, ...]:
        """The embeddings, as the only one of the arrays whose rows follow each other."""
        return (self.embeddings,)

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""
        return int(self.embeddings.shape[1])

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """Of every 512 rows of embeddings, as `fingerprint.block_digests`."""
        return self.known_digests if self.known_digests is not None else block_digests(self.parts)

    @cached_property
    def rows_id(self) -> str:
        """16 hexadecimal digits over all rows, disabled or not, their names and the encoder."""
        return fingerprint_of(self)

    @property
    def bank_id(self) -> str:
        """16 hexadecimal digits over everything in the bank; another one where other demonstrations are disabled."""
        return with_disabled(self.rows_id, self.disabled)

    @cached_property
    def keep(self) -> RowFilter | None:
        """Rows that may be answered; None where no demonstration is disabled."""
        return row_filter(self.demonstration, self.demonstration_names, self.disabled)

    def with_disabled(self, names: Iterable[str]) -> Bank:
        """Return the same rows with these demonstrations disabled, and no others.

        Raises:
            InvalidInput: If a name is unknown or none would be left.
        """
        known = self.known_digests if isinstance(self.embeddings, np.memmap) else self.digests
        return replace(self, disabled=tuple(names), known_digests=known)


def fingerprint_of(bank: BankView) -> str:
    """Return 16 hexadecimal digits over all rows of a bank, their names and the encoder."""
    return bank_fingerprint(
        bank.encoder_id, bank.demonstration_names, (len(bank), bank.embedding_size), bank.parts[0].dtype,
        [getattr(bank, name) for name in LABELS], bank.digests,
    )  # fmt: skip


def row_filter(demonstration: NDArray[np.int32], names: tuple[str, ...], disabled: Iterable[str]) -> RowFilter | None:
    """Return which rows may be answered; None where no demonstration is disabled.

    Args:
        demonstration: (N,), index into `names`.
        names: Of all demonstrations.
        disabled: Some of them.

    Raises:
        InvalidInput: If a disabled name is unknown, or no row would be left.
    """
    chosen = set(disabled)
    if not chosen:
        return None
    check_known(names, chosen)
    mask = ~np.isin(demonstration, [index for index, name in enumerate(names) if name in chosen])
    if not mask.any():
        raise InvalidInput("all demonstrations would be disabled; expected at least one with frames to be left")
    return RowFilter(mask)


def check_known(names: tuple[str, ...], asked: Iterable[str]) -> None:
    """Look for names that no demonstration has.

    Raises:
        InvalidInput: If there is one.
    """
    unknown = sorted(set(asked) - set(names))
    if unknown:
        more = f", and {len(names) - 20} more" if len(names) > 20 else ""
        raise InvalidInput(f"no demonstration '{unknown[0]}' in the bank; it has: {', '.join(names[:20])}{more}")


def check_finite(name: str, array: NDArray[Any]) -> None:
    """Look for NaN and infinity.

    Raises:
        InvalidInput: If there is one.
    """
    for start, block in row_blocks(array.reshape(len(array), -1)):
        if not np.isfinite(block).all():
            row = start + int(np.argwhere(~np.isfinite(block))[0][0])
            raise InvalidInput(f"bank {name} holds NaN or infinity, first in row {row}; build the bank again")


def _own_embeddings(embeddings: BankArray) -> BankArray:
    kind = np.float16 if embeddings.dtype == np.float16 else np.float32
    if isinstance(embeddings, np.memmap) and embeddings.dtype == kind and not embeddings.flags.writeable:
        return embeddings
    own: BankArray = np.array(embeddings, dtype=kind, order="C", subok=False)
    return own
