"""Puts measured tables into a document.

    python -m vinn_training.evaluation.bench_page docs/speed.md runs/bench/bench.json runs/bench/scaling.json

A table stands between `<!-- table: NAME -->` and `<!-- end -->`; NAME is one of `rows`, from bench.json, and
`scaling`, from scaling.json, whose curves are also drawn beside the document as scaling.png.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vinn_training.durable_files import replace_file
from vinn_training.evaluation.benchmark import Row, to_markdown
from vinn_training.evaluation.generated_blocks import replaced_blocks
from vinn_training.evaluation.plots import to_png
from vinn_training.evaluation.result_files import read_json, write_bytes
from vinn_training.evaluation.scaling_plot import scaling_figure, scaling_markdown
from vinn_training.exceptions import InvalidInput, VinnError

PICTURE = "scaling.png"


def machine_sentence(machine: Mapping[str, Any]) -> str:
    """Return what `machine.describe_machine` noted as one sentence for people."""
    instructions = ", ".join(machine.get("int8_instructions", ())) or "no int8 instructions"
    packages = ", ".join(f"{name} {version}" for name, version in machine.get("packages", {}).items())
    threads = ", ".join(f"{name}={value}" for name, value in machine.get("threads", {}).items())
    loads = [f"{machine[key]} {when}" for key, when in (("load_at_start", "before"), ("load_at_end", "after"))
             if key in machine]  # fmt: skip
    parts = [
        f"{machine.get('date', 'undated')}: {machine['cpu']}, {machine['cores']} cores ({instructions}), "
        f"{machine.get('memory_gib', '?')} GiB, Python {machine['python']}",
        f"load {' and '.join(loads)}" if loads else "",
        threads,
        packages,
    ]
    return "; ".join(part for part in parts if part) + ".\n"


def blocks_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return name and text of the tables that a result file gives.

    Raises:
        InvalidInput: If it is neither bench.json nor scaling.json.
    """
    try:
        machine = machine_sentence(content["machine"])
        if "rows" in content:
            return {"rows": f"{machine}\n{to_markdown([Row(**row) for row in content['rows']])}"}
        tables = scaling_markdown(content["banks"], content["demonstrations"])
        return {"scaling": f"{machine}\n{tables}\n![Time and memory against bank size and demonstrations]({PICTURE})\n"}
    except (KeyError, TypeError) as error:
        raise InvalidInput(f"no results of `vinn bench`: {error}; expected bench.json or scaling.json") from error


def main(arguments: Sequence[str]) -> int:
    """Put the results' tables into the document; return the exit status."""
    if len(arguments) < 2:
        print("usage: python -m vinn_training.evaluation.bench_page DOCUMENT.md RESULTS.json ...", file=sys.stderr)
        return 2
    document, *results = map(Path, arguments)
    try:
        if not document.is_file():
            raise InvalidInput(f"'{document}' is no file; expected a Markdown document")
        blocks: dict[str, str] = {}
        for path in results:
            content = read_json(path)
            blocks |= blocks_of(content)
            if "banks" in content:
                figure = scaling_figure(content["banks"], content["demonstrations"])
                write_bytes(document.parent / PICTURE, to_png(figure))
        replace_file(document, replaced_blocks(document.read_text(encoding="utf-8"), blocks).encode())
    except VinnError as error:
        print(f"bench_page: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
