"""What a policy and a file need of a bank, whether its rows lie in one array or in several."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.index import RowFilter
from vinn_training.bank.row_blocks import BankArray
from vinn_training.contracts import FloatArray

#: The arrays beside the embeddings, in the order in which they enter the fingerprint.
LABELS = ("directions", "gripper", "demonstration", "frame")


class BankView(Protocol):
    """Rows of embeddings with their labels, some of which may be disabled."""

    @property
    def parts(self) -> tuple[BankArray, ...]:
        """Arrays of embeddings whose rows follow each other."""

    @property
    def directions(self) -> FloatArray:
        """(N, 3) float32."""

    @property
    def gripper(self) -> FloatArray:
        """(N,) float32."""

    @property
    def demonstration(self) -> NDArray[np.int32]:
        """(N,) int32."""

    @property
    def frame(self) -> NDArray[np.int32]:
        """(N,) int32."""

    @property
    def demonstration_names(self) -> tuple[str, ...]:
        """Names, all different."""

    @property
    def encoder_id(self) -> str:
        """Fingerprint of the encoder."""

    @property
    def disabled(self) -> tuple[str, ...]:
        """Demonstrations that are not answered."""

    @property
    def embedding_size(self) -> int:
        """Length D of an embedding."""

    @property
    def digests(self) -> tuple[str, ...]:
        """Of every 512 rows of embeddings."""

    @property
    def rows_id(self) -> str:
        """Fingerprint of all rows, disabled or not."""

    @property
    def bank_id(self) -> str:
        """Fingerprint of the rows and of which are disabled."""

    @property
    def keep(self) -> RowFilter | None:
        """Rows that may be answered; None where no demonstration is disabled."""

    def __len__(self) -> int:
        """Return the number of rows, disabled or not."""
