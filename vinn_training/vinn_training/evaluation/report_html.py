"""Pieces of HTML that the report's sections share."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

#: Head of a column: what a row has in it.
Columns = dict[str, Callable[[Mapping[str, Any]], str]]


def table(columns: Columns, rows: Sequence[Mapping[str, Any]], best: bool = True) -> str:
    """Return a table.

    Args:
        columns: In order.
        rows: In order.
        best: Set the first row in bold.
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    lines = []
    for index, row in enumerate(rows):
        cells = "".join(f"<td>{escape(str(cell(row)))}</td>" for cell in columns.values())
        lines.append(f"<tr{' class=best' if best and index == 0 else ''}>{cells}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def image(picture: bytes, words: str) -> str:
    """Return a PNG picture within the page, with words for those who do not see it."""
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
