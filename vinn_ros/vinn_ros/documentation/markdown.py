"""Tables and values in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; every line of it ends with a line break."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def value(content: Any) -> str:
    """Return a number, text, truth value or list of these as a table shows it."""
    if isinstance(content, (bool, int, float)):
        return f"{content:g}" if isinstance(content, float) else str(content).lower()
    if isinstance(content, str):
        return f"`{content}`" if content else "empty"
    return f"[{', '.join(value(element) for element in content)}]"
