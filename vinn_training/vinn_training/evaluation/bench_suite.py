"""The measurements of `make bench` that need no ROS: which there are, and how one is kept from spoiling another."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vinn_training.evaluation.benchmark import Row
from vinn_training.evaluation.fresh_process import in_fresh_process
from vinn_training.evaluation.machine import NeighbourMeter, load_average
from vinn_training.exceptions import InvalidInput, VinnError


@dataclass(frozen=True)
class Measurement:
    """A function that measures, imported only when it is asked for.

    Attributes:
        module: Its module.
        function: Its name; it returns a Row or several.
        quick: Keyword arguments that make it small, or a function of a module that returns them.
    """

    module: str
    function: str
    quick: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)

    def quick_arguments(self) -> Mapping[str, Any]:
        """Return the keyword arguments that make it small."""
        return self.quick() if callable(self.quick) else self.quick


def small_byol_step() -> Mapping[str, Any]:
    """Return the arguments of a BYOL step that takes a moment."""
    from vinn_training.evaluation.training_benchmark import TrainingBenchmark

    return {"repetitions": 1, "config": TrainingBenchmark("resnet18", size=32, batch_size=4, batches=1)}


_EVALUATION = "vinn_training.evaluation"

#: Name, which is also the first row's: measurement.
MEASUREMENTS: Mapping[str, Measurement] = {
    "encode": Measurement(f"{_EVALUATION}.encode_benchmark", "encode_rows", {"repetitions": 3, "quick": True}),
    "search": Measurement(
        f"{_EVALUATION}.search_benchmark", "search_rows", {"repetitions": 3, "rows": 600, "own_processes": False}
    ),
    "search_1m": Measurement(
        f"{_EVALUATION}.search_benchmark", "search_1m_row", {"rows": 3000, "recall": 0.9, "peer_queries": 2}
    ),
    "bank_build": Measurement(f"{_EVALUATION}.bank_benchmark", "bank_build_rows", {"repetitions": 2, "quick": True}),
    "k_sweep": Measurement(f"{_EVALUATION}.sweep_benchmark", "k_sweep_row", {"repetitions": 1, "quick": True}),
    "byol_step": Measurement(f"{_EVALUATION}.training_benchmark", "byol_step_rows", small_byol_step),
    "reading": Measurement(
        f"{_EVALUATION}.reading_benchmark", "reading_rows",
        {"demonstrations": 2, "frames": 10, "size": 64, "repetitions": 2},
    ),
}  # fmt: skip


def check_names(names: Sequence[str]) -> None:
    """Refuse names that are no measurements.

    Raises:
        InvalidInput: If a name is unknown; the message lists those that there are.
    """
    for name in names:
        if name not in MEASUREMENTS:
            hint = "; `make bench` measures it" if name == "image_to_command" else ""
            raise InvalidInput(f"unknown row '{name}'{hint}; expected some of: {', '.join(MEASUREMENTS)}")


def measure(names: Sequence[str], quick: bool, tell: Callable[[str], object]) -> list[Row]:
    """Run measurements one after another, each in a process of its own; return their rows.

    A process of its own keeps thread pools and memory of one library out of the next measurement, and one that is
    killed for its memory takes no other with it. What cannot be measured becomes a row that says why.

    Args:
        names: Of MEASUREMENTS.
        quick: Small sizes and few repetitions: the numbers mean little, but everything is run.
        tell: Called with what is measured next, and with what went wrong.

    Raises:
        InvalidInput: If a name is unknown.
    """
    check_names(names)
    rows = []
    for name in names:
        tell(f"measuring {name}")
        try:
            measured = in_fresh_process(measure_one, name, MEASUREMENTS[name], quick)
        except VinnError as error:
            measured = [Row.failed(name, str(error))]
        rows += measured
        for row in measured:
            if row.error:
                tell(f"{row.row} was not measured: {row.error}")
    return rows


def measure_one(name: str, measurement: Measurement, quick: bool) -> list[Row]:
    """Run one measurement in this process; return its rows with the machine's load, or one that says why there is none.

    Args:
        name: The row's where it fails.
        measurement: What to run.
        quick: Whether with small sizes.
    """
    before, meter = load_average(), NeighbourMeter()
    try:
        function = getattr(importlib.import_module(measurement.module), measurement.function)
        result: Row | Sequence[Row] = function(**(measurement.quick_arguments() if quick else {}))
    except VinnError as error:
        return [Row.failed(name, str(error))]
    except ImportError as error:
        return [Row.failed(name, f"{error}; install everything with: scripts/setup.sh")]
    except Exception:  # a bug of one measurement must not cost the half hour of the others
        return [Row.failed(name, traceback.format_exc())]
    busy, after = meter.cores(), load_average()
    rows = [result] if isinstance(result, Row) else list(result)
    return [replace(row, load=[before, after], busy_elsewhere=busy) for row in rows]
