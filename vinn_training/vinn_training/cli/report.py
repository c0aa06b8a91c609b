"""`vinn report`: what evaluation commands left in a folder, as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tyro

from vinn_training.evaluation.report_page import build_page
from vinn_training.evaluation.result_files import write_bytes


@dataclass(frozen=True)
class ReportCommand:
    """What `vinn report` takes.

    Attributes:
        folder: The --output of `vinn evaluate`, `sweep`, `data-efficiency`, `neighbors` and `embedding-map`; whatever
            of them is there is shown.
        title: Of the page.
    """

    folder: tyro.conf.Positional[Path]
    title: str = "VINN: evaluation"


def run(config: ReportCommand) -> int:
    """Write report.html and return the exit status.

    Raises:
        VinnError: If the folder holds no results, or one cannot be read.
    """
    page = config.folder / "report.html"
    write_bytes(page, build_page(config.folder, config.title).encode())
    print(f"{page}: {page.stat().st_size / 1e6:.1f} MB, opens in any browser")
    return 0
