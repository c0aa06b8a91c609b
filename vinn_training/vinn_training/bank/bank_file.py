"""`bank.safetensors`: written without holding it in memory, read whole or mapped.

A small file is read whole, and every number is checked. A large one (`mapped_file.MAPPED_FROM_BYTES`) is mapped:
checked are its size, its header, all labels, and a few blocks of embeddings spread over the file, against the digests
in the header, which the bank's fingerprint binds. `check_embeddings` reads every block.
"""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank, check_finite
from vinn_training.bank.bank_view import LABELS, BankView
from vinn_training.bank.fingerprint import BLOCK_ROWS, block_digests
from vinn_training.bank.mapped_file import TYPE_NAMES, is_large, map_file
from vinn_training.exceptions import InvalidInput

#: Blocks of a mapped file that are checked on load.
_CHECKED_BLOCKS = 8


def write_bank_file(path: Path, bank: BankView) -> None:
    """Write a new file and wait until it is on disk.

    Raises:
        OSError: If the disk refuses.
    """
    arrays: dict[str, list[NDArray[Any]]] = {"embeddings": list(bank.parts)}
    arrays |= {name: [getattr(bank, name)] for name in LABELS}
    header: dict[str, Any] = {
        "__metadata__": {
            "demonstration_names": json.dumps(bank.demonstration_names),
            "encoder_id": bank.encoder_id,
            "block_sha256": json.dumps(bank.digests),
        }
    }
    offset = 0
    for name, parts in arrays.items():
        stop = offset + sum(part.nbytes for part in parts)
        shape = [len(bank), *parts[0].shape[1:]]
        kind = TYPE_NAMES[parts[0].dtype.newbyteorder("<")]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [offset, stop]}
        offset = stop
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for parts in arrays.values():
            for part in parts:
                file.write(np.ascontiguousarray(part).data)
        file.flush()
        os.fsync(file.fileno())


def read_bank_file(path: Path, disabled: tuple[str, ...] = ()) -> Bank:
    """Return the bank in a file, whose embeddings stay on disk where it is large.

    Args:
        path: The file.
        disabled: Demonstrations whose rows are not to be answered.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no such file, truncated, changed, or holds what no bank may.
    """
    arrays, metadata = map_file(path, ("embeddings", *LABELS))
    try:
        names = tuple(json.loads(metadata["demonstration_names"]))
        digests = tuple(str(digest) for digest in json.loads(metadata["block_sha256"]))
        encoder_id = metadata["encoder_id"]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"its header lacks or misspells {error}; build the bank again") from error
    bank = Bank(
        embeddings=arrays["embeddings"] if is_large(path) else np.array(arrays["embeddings"]),
        **{name: np.array(arrays[name]) for name in LABELS},
        demonstration_names=names,
        encoder_id=encoder_id,
        disabled=disabled,
        known_digests=digests,
    )
    check_embeddings(bank, _CHECKED_BLOCKS if is_large(path) else None)
    return bank


def check_embeddings(bank: Bank, count: int | None = None) -> int:
    """Compare blocks of 512 rows with their digests, look for NaN in them, and return how many were read.

    Args:
        bank: Whose digests are to be kept.
        count: Blocks, spread evenly, first and last among them; all where None.

    Raises:
        InvalidInput: If a block is not what its digest says or holds NaN, or there is not one digest a block.
    """
    blocks = -(-len(bank) // BLOCK_ROWS)
    if len(bank.digests) != blocks:
        raise InvalidInput(f"has {len(bank.digests)} digests for {blocks} blocks of rows; copy the bundle again")
    chosen = np.unique(np.linspace(0, blocks - 1, blocks if count is None else min(blocks, count)).astype(int))
    for block in chosen.tolist():
        rows = np.asarray(bank.embeddings[block * BLOCK_ROWS : (block + 1) * BLOCK_ROWS])
        if block_digests([rows])[0] != bank.digests[block]:
            last = block * BLOCK_ROWS + len(rows) - 1
            raise InvalidInput(f"embeddings of rows {block * BLOCK_ROWS} to {last} were changed; copy the bundle again")
        check_finite("embeddings", rows)
    return len(chosen)
