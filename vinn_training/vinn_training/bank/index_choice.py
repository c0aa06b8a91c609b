"""Chooses the search for a bank: exact where that is fast enough, else FAISS by size and recall."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

from vinn_training.bank.trained_search import KINDS, import_faiss
from vinn_training.exceptions import InvalidInput

#: Up to here exact search answers within a few milliseconds on two cores.
EXACT_ROWS = 100_000
#: Rows from which a quantiser can learn.
FEWEST_ROWS = 2000


class Choice(NamedTuple):
    """Which search, and why.

    Attributes:
        kind: "exact" or a key of `faiss_index.KINDS`.
        reason: For the log.
    """

    kind: str
    reason: str


def choose_index(rows: int, recall: float, wanted: str = "auto") -> Choice:
    """Choose the search for a bank.

    Args:
        rows: Of the bank.
        recall: Share of the true 10 nearest that must be found, above 0 and at most 1.
        wanted: "auto", "exact" or a key of `faiss_index.KINDS`.

    Raises:
        InvalidInput: If the kind is unknown, the recall out of range, or the bank too small for what is wanted.
        MissingDependency: If FAISS is wanted and not installed.
    """
    check_wanted(wanted, recall)
    if wanted != "auto":
        if wanted in ("hnsw", "ivfpq") and rows < FEWEST_ROWS:
            raise InvalidInput(f"{wanted} needs {FEWEST_ROWS} rows to learn from, the bank has {rows}; use exact")
        return Choice(wanted, "as asked for")
    if rows <= EXACT_ROWS:
        return Choice("exact", f"{rows} rows are at most {EXACT_ROWS}, where exact search is fast enough")
    if recall >= 1.0:
        return Choice("exact", "a recall of 1 can only be promised by exact search")
    if find_spec("faiss") is None:
        return Choice("exact", f"{rows} rows are many, but FAISS is not installed (pip install faiss-cpu)")
    return Choice("ivfpq", f"{rows} rows are more than {EXACT_ROWS}, and a recall of {recall:g} is enough")


def check_wanted(wanted: str, recall: float) -> None:
    """Refuse what no bank can be searched by, before one is built.

    Raises:
        InvalidInput: If the kind is unknown or the recall out of range.
        MissingDependency: If FAISS is wanted and not installed.
    """
    if not 0.0 < recall <= 1.0:
        raise InvalidInput(f"recall is {recall}; expected more than 0 and at most 1")
    if wanted not in ("auto", "exact", *KINDS):
        raise InvalidInput(f"index is {wanted!r}; expected one of: auto, exact, {', '.join(KINDS)}")
    if wanted in KINDS:
        import_faiss()
