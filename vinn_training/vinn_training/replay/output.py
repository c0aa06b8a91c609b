"""What a replay leaves behind: replay.json, replay.csv and report.html, all of them or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vinn_training.durable_files import check_replaceable, replaced_folder
from vinn_training.evaluation.result_files import write_bytes, write_csv, write_json
from vinn_training.exceptions import InvalidInput
from vinn_training.replay.page import build_report
from vinn_training.replay.result import ReplayResult
from vinn_training.replay.rows import image_rows
from vinn_training.replay.summary import summarise

SUMMARY_FILE, TABLE_FILE, REPORT_FILE = "replay.json", "replay.csv", "report.html"


def check_output(path: Path) -> None:
    """Refuse a place that holds anything but an earlier replay, before any work is done.

    Raises:
        InvalidInput: With what is there.
    """
    check_replaceable(path, SUMMARY_FILE, "a replay")


def write_replay(path: Path, result: ReplayResult) -> dict[str, Any]:
    """Write the folder, replacing an earlier replay, and return the summary.

    Raises:
        InvalidInput: If `path` holds anything but a replay, or cannot be written.
        MissingDependency: If matplotlib is not installed.
    """
    check_output(path)
    summary = summarise(result)
    page = build_report(result, summary)
    try:
        with replaced_folder(path) as partial:
            write_json(partial / SUMMARY_FILE, summary)
            write_csv(partial / TABLE_FILE, image_rows(result))
            write_bytes(partial / REPORT_FILE, page.encode())
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written: {error.strerror or error}; choose another --output") from error
    return summary
