"""Results on disk: JSON for programs, CSV for spreadsheets, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidInput


def write_json(path: Path, content: Any) -> None:
    """Write plain JSON types.

    Raises:
        InvalidInput: If the file cannot be written; the message names it.
    """
    write_bytes(path, (json.dumps(content, indent=2, allow_nan=False) + "\n").encode())


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows under the keys of the first; None becomes an empty cell.

    Raises:
        InvalidInput: If there is no row, one has other keys, or the file cannot be written.
    """
    if not rows:
        raise InvalidInput(f"{path}: no rows to write; expected at least one")
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    try:
        writer.writerows(rows)
    except ValueError as error:
        raise InvalidInput(f"{path}: rows differ in their columns: {error}") from error
    write_bytes(path, stream.getvalue().encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, making its folder.

    Raises:
        InvalidInput: If it cannot be written; the message names it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written: {error.strerror or error}; choose another --output") from error


def read_json(path: Path) -> Any:
    """Return the content of a file that `write_json` wrote.

    Raises:
        InvalidInput: If it is missing or damaged; the message names it.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: cannot be read as JSON: {error}") from error
