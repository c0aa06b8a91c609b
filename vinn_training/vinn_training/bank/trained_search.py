"""A trained FAISS index and how to ask it, in memory and in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from vinn_training.bank.row_blocks import BankArray
from vinn_training.exceptions import InvalidInput, MissingDependency

#: Name: what it is.
KINDS = {
    "flat": "all rows in float32, in memory",
    "sq8": "all rows with 8 bits a number, in memory",
    "hnsw": "a graph over principal components with 8 bits a number",
    "ivfpq": "clusters of principal components, product-quantised",
}


@dataclass(frozen=True)
class SearchSettings:
    """How a trained index is asked.

    Attributes:
        kind: One of KINDS.
        fetch: Candidates that are re-ranked, at least.
        effort: Clusters that are looked into (ivfpq), length of the candidate list (hnsw); of no effect elsewhere.
        recall: Measured share of the true 10 nearest that is found, in [0, 1].
        recall_target: What was asked for.

    Raises:
        InvalidInput: If the kind is unknown or a number is out of range.
    """

    kind: str
    fetch: int
    effort: int = 1
    recall: float = 1.0
    recall_target: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidInput(f"index kind is {self.kind!r}; expected one of: {', '.join(KINDS)}")
        if self.fetch < 1 or self.effort < 1 or not (0.0 <= self.recall <= 1.0 and 0.0 <= self.recall_target <= 1.0):
            raise InvalidInput(f"index settings {asdict(self)} are out of range; build the index again")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SearchSettings:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If a value is missing or cannot be used.
        """
        try:
            return cls(
                kind=str(values["kind"]), fetch=int(values["fetch"]), effort=int(values["effort"]),
                recall=float(values["recall"]), recall_target=float(values["recall_target"]),
            )  # fmt: skip
        except (KeyError, TypeError) as error:
            raise InvalidInput(f"index settings lack or misspell {error}; build the index again") from error


@dataclass(frozen=True, eq=False)
class TrainedSearch:
    """A trained FAISS index and how to ask it: what is stored.

    Attributes:
        searcher: The FAISS index, with one vector a row of the bank.
        settings: How to ask.
    """

    searcher: Any
    settings: SearchSettings

    def __len__(self) -> int:
        return int(self.searcher.ntotal)

    def extended(self, rows: BankArray) -> TrainedSearch:
        """Return a copy with (M, D) more rows; nothing is trained again.

        Raises:
            InvalidInput: If the rows have another size.
        """
        if rows.shape[1] != self.searcher.d:
            raise InvalidInput(f"the index is of {self.searcher.d} numbers a row, the rows have {rows.shape[1]}")
        searcher = import_faiss().clone_index(self.searcher)
        searcher.add(np.ascontiguousarray(rows, dtype=np.float32))
        return TrainedSearch(searcher, self.settings)


def import_faiss() -> ModuleType:
    """Return the package `faiss`.

    Raises:
        MissingDependency: If it is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise MissingDependency(
            f"approximate search needs the package 'faiss' ({error}); install it: pip install faiss-cpu, "
            "or build the bank with --index exact"
        ) from error
    return faiss


def read_searcher(path: Path) -> Any:
    """Return the FAISS index in a file.

    Raises:
        InvalidInput: If it cannot be read.
        MissingDependency: If FAISS is not installed.
    """
    try:
        return import_faiss().read_index(str(path))
    except RuntimeError as error:
        raise InvalidInput(f"FAISS cannot read it: {error}") from error


def write_searcher(searcher: Any, path: Path) -> None:
    """Write a FAISS index to a new file.

    Raises:
        InvalidInput: If it cannot be written.
    """
    try:
        import_faiss().write_index(searcher, str(path))
    except RuntimeError as error:
        raise InvalidInput(f"{path}: FAISS cannot write it: {error}") from error
