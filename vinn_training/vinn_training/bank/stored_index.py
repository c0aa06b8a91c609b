"""A trained index as two files of a bundle: FAISS's own, and what it belongs to and how to ask it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vinn_training.bank.bank import Bank
from vinn_training.bank.faiss_index import FaissIndex
from vinn_training.bank.index import ExactIndex, Index
from vinn_training.bank.index_choice import EXACT_ROWS
from vinn_training.bank.trained_search import SearchSettings, TrainedSearch, read_searcher, write_searcher
from vinn_training.durable_files import write_file
from vinn_training.exceptions import InvalidInput, MissingDependency

INDEX_FILE = "index.faiss"
SETTINGS_FILE = "index.json"

_LOG = logging.getLogger(__name__)


def write_index(folder: Path, index: TrainedSearch, rows_id: str) -> None:
    """Write `index.faiss` and `index.json`, and wait until they are on disk.

    Args:
        folder: To write in.
        index: Trained.
        rows_id: `Bank.rows_id` of the bank whose rows it holds.

    Raises:
        InvalidInput: If FAISS cannot write.
        OSError: If the disk refuses.
    """
    write_searcher(index.searcher, folder / INDEX_FILE)
    with (folder / INDEX_FILE).open("rb") as file:
        os.fsync(file.fileno())
    values = {"rows_id": rows_id, "rows": len(index), **index.settings.to_dict()}
    write_file(folder / SETTINGS_FILE, (json.dumps(values, indent=2) + "\n").encode())


def has_index(folder: Path) -> bool:
    """Return whether a folder holds a stored index."""
    return (folder / SETTINGS_FILE).exists() or (folder / INDEX_FILE).exists()


def read_settings(folder: Path, bank: Bank) -> SearchSettings:
    """Return the settings of a stored index after checking that it is of this bank.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not readable, or of another bank.
    """
    try:
        values: Any = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidInput(f"{folder / SETTINGS_FILE}: not readable as JSON: {error}") from error
    if not isinstance(values, Mapping) or values.get("rows_id") != bank.rows_id:
        of = values.get("rows_id") if isinstance(values, Mapping) else values
        raise InvalidInput(
            f"{folder / SETTINGS_FILE}: an index of bank {of!r}, but this bank's rows are {bank.rows_id!r}; "
            "its row numbers would name other frames: build the index again"
        )
    try:
        return SearchSettings.from_dict(values)
    except (InvalidInput, ValueError) as error:
        raise InvalidInput(f"{folder / SETTINGS_FILE}: {error}") from error


def open_index(folder: Path, bank: Bank) -> Index:
    """Return the search for a bundle's bank: the stored one, or exact where none is stored.

    Where FAISS is not installed and the bank is small enough, search is exact and a warning says so. The choice is
    logged.

    Raises:
        OSError: If a file cannot be read.
        InvalidInput: If the stored index cannot be used or is of another bank.
        MissingDependency: If FAISS is not installed and the bank is too large for exact search.
    """
    if not has_index(folder):
        _LOG.info("search: exact, %d rows", len(bank))
        return ExactIndex(bank.embeddings)
    settings = read_settings(folder, bank)
    try:
        trained = TrainedSearch(read_searcher(folder / INDEX_FILE), settings)
        index = FaissIndex(trained, bank.embeddings)
    except MissingDependency as error:
        if len(bank) > EXACT_ROWS:
            raise
        _LOG.warning("search: exact instead of %s, %d rows: %s", settings.kind, len(bank), error)
        return ExactIndex(bank.embeddings)
    except InvalidInput as error:
        raise InvalidInput(f"{folder / INDEX_FILE}: {error}") from error
    _LOG.info(
        "search: %s, %d rows, effort %d, %d candidates, recall %.4f measured when it was trained",
        settings.kind, len(bank), settings.effort, settings.fetch, settings.recall,
    )  # fmt: skip
    return index
