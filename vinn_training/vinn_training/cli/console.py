"""The terminal: log lines, errors and progress bars share one console, so that they do not cut through each other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

#: On stderr: stdout is for results.
CONSOLE = Console(stderr=True)

#: Called with (done, in all); `text`, where given, replaces the last column.
Report = Callable[[int, int, str], None]


def set_up_logging() -> None:
    """Show this package's log lines from level INFO on."""
    logger = logging.getLogger("vinn_training")
    if not any(isinstance(handler, RichHandler) for handler in logger.handlers):
        logger.addHandler(RichHandler(console=CONSOLE, show_path=False, show_time=False, markup=False))
        logger.setLevel(logging.INFO)
        logger.propagate = False


@contextmanager
def progress_bar(description: str) -> Iterator[Report]:
    """Show a progress bar and yield the function that moves it."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[text]}"),
    )  # fmt: skip
    with Progress(*columns, console=CONSOLE) as progress:
        task = progress.add_task(description, total=None, text="")

        def report(done: int, total: int, text: str = "") -> None:
            progress.update(task, completed=done, total=total, text=text)

        yield report
