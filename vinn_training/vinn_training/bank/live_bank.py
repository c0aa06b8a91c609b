"""A bank that changes while a policy uses it: demonstrations are added, disabled and enabled; nothing is rebuilt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank, check_known, fingerprint_of, row_filter
from vinn_training.bank.build import BuiltBank
from vinn_training.bank.fingerprint import BLOCK_ROWS, block_digests, with_disabled
from vinn_training.bank.index import ExactIndex, Index, RowFilter
from vinn_training.bank.joined_index import JoinedIndex
from vinn_training.bank.row_blocks import BankArray
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True, eq=False)
class BankVersion:
    """One state of a live bank. It never changes, so that a policy may use it while the next one is made.

    Attributes:
        version: 0 for the bank as it was loaded, and one more with every change.
        parts: The loaded rows, and those added since, where there are any.
        directions: (N, 3) float32, of all parts.
        gripper: (N,) float32.
        demonstration: (N,) int32, index into `demonstration_names`.
        frame: (N,) int32.
        demonstration_names: Names, all different.
        encoder_id: Fingerprint of the encoder.
        disabled: Names whose rows are not answered, sorted.
        digests: As `Bank.digests`.
        thumbnails: One or more that follow each other, one picture a row in all.
        open_base: Returns the index over the first part, made once for all versions.
    """

    version: int
    parts: tuple[BankArray, ...]
    directions: FloatArray
    gripper: FloatArray
    demonstration: NDArray[np.int32]
    frame: NDArray[np.int32]
    demonstration_names: tuple[str, ...]
    encoder_id: str
    disabled: tuple[str, ...]
    digests: tuple[str, ...]
    thumbnails: tuple[Thumbnails, ...]
    open_base: Callable[[], Index]

    def __len__(self) -> int:
        return len(self.demonstration)

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""
        return int(self.parts[0].shape[1])

    @cached_property
    def rows_id(self) -> str:
        """As `Bank.rows_id`: that of the bank this version is saved as."""
        return fingerprint_of(self)

    @property
    def bank_id(self) -> str:
        """As `Bank.bank_id`; every change has another one."""
        return with_disabled(self.rows_id, self.disabled)

    @cached_property
    def index(self) -> Index:
        """Over all rows; ask it with `keep`. Made when it is first asked for."""
        added = [ExactIndex(part) for part in self.parts[1:]]
        return JoinedIndex([self.open_base(), *added]) if added else self.open_base()

    @cached_property
    def keep(self) -> RowFilter | None:
        """Rows that may be answered; None where no demonstration is disabled."""
        return row_filter(self.demonstration, self.demonstration_names, self.disabled)


class LiveBank:
    """Makes the versions, one after another; from several threads, too.

    A change costs what it adds: the loaded rows and their index stay as they are, added rows are searched exactly
    beside them, and disabled ones are filtered out.

    Args:
        bank: As loaded.
        thumbnails: One a row.
        index: Over the bank's rows; exact where None, made when it is first asked for.

    Raises:
        InvalidInput: If there is not one thumbnail a row, or the index is of another number of rows.
    """

    def __init__(self, bank: Bank, thumbnails: Thumbnails, index: Index | None = None) -> None:
        if len(thumbnails) != len(bank) or (index is not None and len(index) != len(bank)):
            raise InvalidInput(
                f"{len(thumbnails)} thumbnails and an index of {len(bank if index is None else index)} rows for a bank "
                f"of {len(bank)}; expected as many"
            )
        self._lock = threading.Lock()
        open_base = cache(lambda: index if index is not None else ExactIndex(bank.embeddings))
        self._current = BankVersion(
            version=0, parts=bank.parts, directions=bank.directions, gripper=bank.gripper,
            demonstration=bank.demonstration, frame=bank.frame, demonstration_names=bank.demonstration_names,
            encoder_id=bank.encoder_id, disabled=bank.disabled, digests=bank.digests,
            thumbnails=(thumbnails,), open_base=open_base,
        )  # fmt: skip

    @property
    def current(self) -> BankVersion:
        """The newest version."""
        return self._current

    def add(self, built: BuiltBank) -> BankVersion:
        """Add demonstrations, and return the version that has them.

        Args:
            built: What `build_bank` makes of them.

        Raises:
            InvalidInput: If they are of another encoder or embedding size, or a name is there already; the bank is as
                it was.
        """
        with self._lock:
            old, new = self._current, built.bank
            _check_fit(old, built)
            kind = old.parts[0].dtype
            tail = np.concatenate([*old.parts[1:], new.embeddings.astype(kind)])
            tail.setflags(write=False)
            parts = (old.parts[0], tail)
            whole_blocks = len(old) // BLOCK_ROWS
            self._current = replace(
                old,
                version=old.version + 1,
                parts=parts,
                directions=np.concatenate([old.directions, new.directions]),
                gripper=np.concatenate([old.gripper, new.gripper]),
                demonstration=np.concatenate(
                    [old.demonstration, new.demonstration + np.int32(len(old.demonstration_names))]
                ),
                frame=np.concatenate([old.frame, new.frame]),
                demonstration_names=old.demonstration_names + new.demonstration_names,
                disabled=tuple(sorted(old.disabled + new.disabled)),
                digests=old.digests[:whole_blocks] + block_digests(parts, whole_blocks),
                thumbnails=(*old.thumbnails, built.thumbnails),
            )
            return self._current

    def disable(self, name: str) -> BankVersion:
        """Answer no rows of a demonstration from now on, and return the version that does so.

        Raises:
            InvalidInput: If there is no such demonstration, or it is the last enabled one; the bank is as it was.
        """
        with self._lock:
            return self._set_disabled(set(self._current.disabled) | {name})

    def enable(self, name: str) -> BankVersion:
        """Answer the rows of a demonstration again, and return the version that does so.

        Raises:
            InvalidInput: If there is no such demonstration; the bank is as it was.
        """
        with self._lock:
            check_known(self._current.demonstration_names, (name,))
            return self._set_disabled(set(self._current.disabled) - {name})

    def _set_disabled(self, names: set[str]) -> BankVersion:
        old = self._current
        if names != set(old.disabled):
            row_filter(old.demonstration, old.demonstration_names, names)  # refuses before anything changes
            self._current = replace(old, version=old.version + 1, disabled=tuple(sorted(names)))
        return self._current


def _check_fit(old: BankVersion, built: BuiltBank) -> None:
    new = built.bank
    if new.embedding_size != old.embedding_size:
        raise InvalidInput(
            f"the new demonstrations' embeddings have {new.embedding_size} numbers, the bank's {old.embedding_size}; "
            "embed them with the encoder of this bank"
        )
    if new.encoder_id != old.encoder_id:
        raise InvalidInput(
            f"the new demonstrations were embedded with encoder {new.encoder_id}, the bank with {old.encoder_id}; "
            "distances between them mean nothing: embed them with the encoder of this bank"
        )
    doubled = sorted(set(new.demonstration_names) & set(old.demonstration_names))
    if doubled:
        raise InvalidInput(f"demonstration '{doubled[0]}' is in the bank already; give the new one another name")
    if len(built.thumbnails) != len(new):
        raise InvalidInput(f"{len(built.thumbnails)} thumbnails for {len(new)} new rows; expected as many")
