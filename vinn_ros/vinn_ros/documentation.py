"""The tables of docs/ that say what the code says: `python -m vinn_ros.documentation docs/bridge.md` writes them anew.

A table stands between `<!-- generated: NAME -->` and `<!-- end -->`; NAME is one of TABLES.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vinn_ros.lifecycle import AUTOSTART
from vinn_ros.parameters import ParameterSpec
from vinn_ros.stretch_bridge.episode_settings import PARAMETERS as EPISODE_PARAMETERS
from vinn_ros.stretch_bridge.settings import PARAMETERS
from vinn_ros.stretch_standin.faults import BOUNDS, CHOICES, FAULT_GUIDE, HEALTHY
from vinn_ros.stretch_standin.settings import PREFIX
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidInput, VinnError

_BLOCK = re.compile(r"(<!-- generated: (?P<name>[^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)


def bridge_parameters() -> str:
    """Return the table of the bridge's parameters."""
    specs = (AUTOSTART, *PARAMETERS, *EPISODE_PARAMETERS)
    rows = [(f"`{s.name}`", _value(s.default), _range(s), "yes" if s.live else "", s.description) for s in specs]
    return _table(("parameter", "default", "allowed", "live", "what it does"), rows)


def standin_faults() -> str:
    """Return the table of the stand-in's faults."""
    rows = []
    for name, note in FAULT_GUIDE.items():
        low, high = BOUNDS.get(name, (None, None))
        spec = ParameterSpec(name, getattr(HEALTHY, name), "", low, high, choices=CHOICES.get(name, ()))
        rows.append((f"`{PREFIX}{name}`", _range(spec) or "true, false", note.imitates, note.bridge_must))
    return _table(("fault", "values", "imitates", "a bridge must"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "parameters of stretch_bridge": bridge_parameters,
    "faults of stretch_standin": standin_faults,
}


def rendered(text: str) -> str:
    """Return a document with its generated tables as they are now.

    Raises:
        InvalidInput: If a table is unknown.
    """

    def table(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in TABLES:
            raise InvalidInput(f"unknown table '{name}'; expected one of: {', '.join(TABLES)}")
        return f"{match[1]}{TABLES[name]()}{match[3]}"

    return _BLOCK.sub(table, text)


def main(arguments: Sequence[str]) -> int:
    """Write the generated tables of the named documents anew; return the exit status."""
    if not arguments:
        print("usage: python -m vinn_ros.documentation DOCUMENT.md ...", file=sys.stderr)
        return 2
    try:
        for path in map(Path, arguments):
            if not path.is_file():
                raise InvalidInput(f"'{path}' is no file; expected a Markdown document")
            replace_file(path, rendered(path.read_text()).encode())
    except VinnError as error:
        print(f"documentation: {error}", file=sys.stderr)
        return 2
    return 0


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _value(value: Any) -> str:
    if isinstance(value, (bool, int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value).lower()
    if isinstance(value, str):
        return f"`{value}`" if value else "empty"
    return f"[{', '.join(_value(element) for element in value)}]"


def _range(spec: ParameterSpec) -> str:
    if spec.choices:
        return ", ".join(f"`{choice}`" if choice else "empty" for choice in spec.choices)
    if spec.minimum is None and spec.maximum is None:
        return ""
    low = "any" if spec.minimum is None else f"{spec.minimum:g}"
    high = "any" if spec.maximum is None else f"{spec.maximum:g}"
    return f"{low} to {high}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
