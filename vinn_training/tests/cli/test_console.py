import logging

from vinn_training.cli import console


def test_progress_counts() -> None:
    with console.progress_bar("work") as report:
        report(3, 10, "three")
        report(10, 10, "")


def test_log_lines_are_shown_once() -> None:
    console.set_up_logging()
    console.set_up_logging()
    handlers = [item for item in logging.getLogger("vinn_training").handlers if isinstance(item, console.RichHandler)]
    assert len(handlers) == 1
