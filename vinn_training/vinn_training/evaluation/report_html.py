"""What all reports share: the page, its look, tables and pictures in it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.4rem; border-bottom: 1px solid #ccc; }
table { border-collapse: collapse; font-size: 13px; margin: .8rem 0; display: block; overflow-x: auto; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #e4e4e4; text-align: right; white-space: nowrap; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
th { background: #f4f4f4; } tr.best td { font-weight: 600; } pre { background: #f4f4f4; padding: .8rem; }
svg, img { max-width: 100%; height: auto; } details { margin: .6rem 0; } .note { color: #555; font-size: 13.5px; }
"""

#: Head of a column: what a row has in it.
Columns = dict[str, Callable[[Mapping[str, Any]], str]]


def page(title: str, sections: Iterable[str]) -> str:
    """Return a self-contained page.

    Args:
        title: Plain text.
        sections: HTML, one after another.
    """
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n" + "\n".join(sections) + "\n</body></html>\n"
    )


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
