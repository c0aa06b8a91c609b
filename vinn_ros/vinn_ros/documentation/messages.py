"""The interfaces of vinn_msgs, read from the .msg, .srv and .action files that are installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ament_index_python.packages import get_package_share_directory

from vinn_ros.documentation.markdown import table
from vinn_training.exceptions import InvalidInput

PACKAGE = "vinn_msgs"
_PARTS = {"msg": ("",), "srv": ("request", "response"), "action": ("goal", "result", "feedback")}
_FIELD = re.compile(r"(?P<type>[\w/]+(?:\[[^\]]*\])?)\s+(?P<name>\w+)\s*(?:=\s*(?P<value>\S+)|(?P<default>\S+))?")


@dataclass(frozen=True)
class Field:
    """One field or constant of an interface.

    Attributes:
        type: As the file writes it.
        name: Its name.
        value: The constant's value or the field's default, empty where there is none.
        comment: What stands behind it: its meaning and unit.
    """

    type: str
    name: str
    value: str
    comment: str


@dataclass
class Part:
    """What stands between two lines of `---`.

    Attributes:
        comment: What stands above the first field.
        fields: Fields and constants.
    """

    comment: str = ""
    fields: list[Field] = field(default_factory=list)


def parse(text: str) -> list[Part]:
    """Return the parts of an interface's text.

    Raises:
        InvalidInput: If a line is no field, constant, comment or separator.
    """
    parts = [Part()]
    for line in text.splitlines():
        code, _, comment = (piece.strip() for piece in line.partition("#"))
        if code == "---":
            parts.append(Part())
        elif code:
            match = _FIELD.fullmatch(code)
            if match is None:
                raise InvalidInput(f"'{line}' is no line of an interface; expected TYPE NAME, with a value or without")
            value = match["value"] or match["default"] or ""
            parts[-1].fields.append(Field(match["type"], match["name"], value, comment))
        elif comment:
            parts[-1].comment = f"{parts[-1].comment} {comment}".strip()
    return parts


def definitions() -> str:
    """Return every interface of vinn_msgs with its fields, under a heading each."""
    return "\n".join(text for kind in _PARTS for text in _definitions_of(kind))


def _definitions_of(kind: str) -> Iterator[str]:
    for path in sorted((Path(get_package_share_directory(PACKAGE)) / kind).glob(f"*.{kind}")):
        parts = parse(path.read_text(encoding="utf-8"))
        lines = [f"### {PACKAGE}/{kind}/{path.stem}\n"]
        for title, part in zip(_PARTS[kind], parts, strict=True):
            if title:
                lines.append(f"*{title}*\n" if part.fields else f"*{title}*: nothing\n")
            if part.comment:
                lines.append(f"{part.comment}\n")
            if part.fields:
                lines.append(table(("field", "type", "value", "what"), map(_row, part.fields)))
        yield "\n".join(lines)


def _row(item: Field) -> tuple[str, str, str, str]:
    return f"`{item.name}`", f"`{item.type}`", f"`{item.value}`" if item.value else "", item.comment
