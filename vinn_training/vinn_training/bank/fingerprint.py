"""The identity of a bank: block by block, so that a part can be checked alone and added rows cost only themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.row_blocks import BankArray

#: Rows that share a digest: 4 MiB of 2048 float32.
BLOCK_ROWS = 512


def block_digests(parts: Sequence[BankArray], first: int = 0) -> tuple[str, ...]:
    """Return the sha256 of every block of 512 rows, the last one shorter, from block `first` on.

    Args:
        parts: Arrays whose rows follow each other.
        first: Number of blocks that are known.
    """
    rows = sum(len(part) for part in parts)
    digests = []
    for start in range(first * BLOCK_ROWS, rows, BLOCK_ROWS):
        digest = hashlib.sha256()
        for piece in _pieces(parts, start, start + BLOCK_ROWS):
            digest.update(np.ascontiguousarray(piece).data)
        digests.append(digest.hexdigest())
    return tuple(digests)


def bank_fingerprint(
    encoder_id: str,
    names: Sequence[str],
    shape: tuple[int, int],
    kind: np.dtype[np.floating],
    labels: Sequence[NDArray[np.generic]],
    digests: Sequence[str],
) -> str:
    """Return 16 hexadecimal digits over everything in a bank.

    Args:
        encoder_id: Of the encoder that made the embeddings.
        names: Of the demonstrations.
        shape: (N, D) of the embeddings.
        kind: Their type.
        labels: The other arrays, in a fixed order.
        digests: What `block_digests` says of the embeddings.
    """
    digest = hashlib.sha256("\n".join((encoder_id, *names)).encode())
    digest.update(f"{kind.str} {shape}".encode())
    for array in labels:
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    digest.update("".join(digests).encode())
    return digest.hexdigest()[:16]


def with_disabled(bank_id: str, disabled: Sequence[str]) -> str:
    """Return the fingerprint of a bank some of whose demonstrations are not used; the bank's own where none is."""
    if not disabled:
        return bank_id
    return hashlib.sha256("\n".join((bank_id, *sorted(disabled))).encode()).hexdigest()[:16]


def _pieces(parts: Sequence[BankArray], start: int, stop: int) -> Iterator[BankArray]:
    """Yield the parts of rows `start` to `stop`."""
    offset = 0
    for part in parts:
        piece = part[max(start - offset, 0) : max(stop - offset, 0)]
        if len(piece):
            yield piece
        offset += len(part)
