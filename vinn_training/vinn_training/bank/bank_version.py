"""One state of a bank that changes: loaded rows, rows that were added since, and which of them may be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import fingerprint_of, row_filter
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.fingerprint import with_disabled
from vinn_training.bank.index import Index, RowFilter
from vinn_training.bank.joined_index import JoinedIndex
from vinn_training.bank.row_blocks import BankArray
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.contracts import FloatArray


@dataclass(frozen=True, eq=False)
class BankVersion:
    """One state of a live bank. It never changes, so that a policy may use it while the next one is made.

    Attributes:
        version: 0 for the bank as it was loaded, and one more with every change.
        parts: The loaded rows, and those added since in arrays that get shorter.
        directions: (N, 3) float32, of all parts.
        gripper: (N,) float32.
        demonstration: (N,) int32, index into `demonstration_names`.
        frame: (N,) int32.
        demonstration_names: Names, all different.
        encoder_id: Fingerprint of the encoder.
        disabled: Names whose rows are not answered, sorted.
        digests: As `Bank.digests`.
        thumbnails: One or more that follow each other, one picture a row in all.
        open_parts: Returns the index over each part, made once for all versions that have the part.
        calibration: Yardstick for its distances; None where it is not known.
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
    open_parts: tuple[Callable[[], Index], ...]
    calibration: DistanceCalibration | None = None

    def __len__(self) -> int:
        return len(self.demonstration)

    @property
    def used(self) -> int:
        """Number of rows that may be answered."""
        return self.keep.count if self.keep is not None else len(self)

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""
        return int(self.parts[0].shape[1])

    @cached_property
    def rows_id(self) -> str:
        """As `Bank.rows_id`: that of the bank this version is saved as."""
        return fingerprint_of(self)

    @cached_property
    def bank_id(self) -> str:
        """As `Bank.bank_id`: versions that answer the same rows have the same."""
        return with_disabled(self.rows_id, self.disabled)

    @cached_property
    def index(self) -> Index:
        """Over all rows; ask it with `keep`. Made when it is first asked for."""
        indices = [open_part() for open_part in self.open_parts]
        return JoinedIndex(indices) if len(indices) > 1 else indices[0]

    @cached_property
    def keep(self) -> RowFilter | None:
        """Rows that may be answered; None where no demonstration is disabled."""
        return row_filter(self.demonstration, self.demonstration_names, self.disabled)
