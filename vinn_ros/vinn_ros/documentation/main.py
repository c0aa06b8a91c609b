"""The parts of docs/ that say what the code says: `python -m vinn_ros.documentation docs/*.md` writes them anew.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; NAME is one of TABLES.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from vinn_ros import graph
from vinn_ros.documentation import commands, interfaces, messages, parameters, qos_profiles
from vinn_ros.entry_points import NODES
from vinn_ros.offline_evaluation import plan
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidInput, VinnError

_BLOCK = re.compile(r"(<!-- generated: (?P<name>[^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)

#: Name of a generated part to what makes its text.
TABLES: Mapping[str, Callable[[], str]] = {
    **{f"parameters of {name}": partial(parameters.node_table, name) for name in NODES},
    "parameters of mount_check": parameters.mount_check_table,
    "faults of stretch_standin": parameters.fault_table,
    "launch arguments": partial(parameters.argument_table, graph.ARGUMENTS),
    "arguments of offline_evaluation": partial(parameters.argument_table, plan.ARGUMENTS),
    **{f"interfaces of {name}": partial(interfaces.node_table, name) for name in NODES},
    "quality of service": qos_profiles.table_of_profiles,
    "messages": messages.definitions,
    "vinn commands": commands.vinn_table,
    "executables": commands.executable_table,
}


def rendered(text: str) -> str:
    """Return a document with its generated parts as the code is.

    Raises:
        InvalidInput: If a part is unknown.
    """

    def part(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in TABLES:
            raise InvalidInput(f"unknown table '{name}'; expected one of: {', '.join(TABLES)}")
        return f"{match[1]}\n{TABLES[name]()}\n{match[3]}"

    return _BLOCK.sub(part, text)


def main(arguments: Sequence[str]) -> int:
    """Write the generated parts of the named documents anew; return the exit status."""
    if not arguments:
        print("usage: python -m vinn_ros.documentation DOCUMENT.md ...", file=sys.stderr)
        return 2
    try:
        for path in map(Path, arguments):
            if not path.is_file():
                raise InvalidInput(f"'{path}' is no file; expected a Markdown document")
            before = path.read_text(encoding="utf-8")
            after = rendered(before)
            if after != before:
                replace_file(path, after.encode())
    except VinnError as error:
        print(f"documentation: {error}", file=sys.stderr)
        return 2
    return 0
