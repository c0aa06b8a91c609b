import pytest

from vinn_training.evaluation import bench_suite
from vinn_training.evaluation.bench_suite import MEASUREMENTS, Measurement, measure, measure_one
from vinn_training.exceptions import InvalidInput

ROW = {"row": "fast", "ours": 1.0, "peer": None, "peer_name": "", "ratio": None, "unit": "ms", "repetitions": 1,
       "spread": {}}  # fmt: skip
FAST = Measurement("vinn_training.evaluation.benchmark", "Row", ROW)


@pytest.fixture
def measurements(monkeypatch):
    """One that works, one whose package is missing, one that crashes, one with a bug."""
    chosen = {
        "crashing": Measurement("os", "_exit", {"status": 1}),
        "missing": Measurement("not_a_package_of_anybody", "row", {}),
        "buggy": Measurement("vinn_training.evaluation.benchmark", "Row", {**ROW, "no_such_field": 1}),
        "fast": FAST,
    }
    monkeypatch.setattr(bench_suite, "MEASUREMENTS", chosen)
    return chosen


def test_what_fails_costs_only_its_own_row(measurements):
    told = []
    rows = {row.row: row for row in measure(list(measurements), quick=True, tell=told.append)}
    assert list(rows) == ["crashing", "missing", "buggy", "fast"]
    assert "was killed" in rows["crashing"].error
    assert "No module named 'not_a_package_of_anybody'" in rows["missing"].error
    assert "no_such_field" in rows["buggy"].error
    assert rows["fast"].error == ""
    assert rows["fast"].ours == 1.0
    assert [text for text in told if text.startswith("measuring")] == [f"measuring {name}" for name in measurements]
    assert sum("was not measured" in text for text in told) == 3


def test_a_row_says_how_busy_the_machine_was():
    (row,) = measure_one("fast", FAST, True)
    assert len(row.load) == 2
    assert min(row.load) >= 0


def test_several_rows_of_one_measurement_are_kept():
    several = Measurement("itertools", "repeat", {"object": bench_suite.Row(**ROW), "times": 3})
    assert len(measure_one("several", several, True)) == 3


def test_unknown_names_are_refused_before_anything_is_measured():
    with pytest.raises(InvalidInput, match="unknown row 'serach'; expected some of: encode, search, "):
        measure(["encode", "serach"], quick=True, tell=pytest.fail)
    with pytest.raises(InvalidInput, match="unknown row 'image_to_command'; `make bench` measures it"):
        measure(["image_to_command"], quick=True, tell=pytest.fail)


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_measurement_exists_and_takes_its_quick_arguments(name):
    import importlib
    import inspect

    measurement = MEASUREMENTS[name]
    module = pytest.importorskip(measurement.module)
    function = getattr(importlib.import_module(module.__name__), measurement.function)
    inspect.signature(function).bind(**measurement.quick_arguments())
