import os
from functools import partial

import pytest

from vinn_training.encoder.artifact import load_encoder
from vinn_training.evaluation.own_processes import time_in_own_processes, time_made_here
from vinn_training.exceptions import InvalidInput, VinnError


def noted(path, wait_s):
    """Return a maker of what writes down the process that it runs in, and waits; of functions that any process has."""
    return partial(partial, os.system, f"echo $PPID >> {path}; sleep {wait_s}")


def test_each_function_runs_in_one_process_of_its_own_and_in_turns(tmp_path):
    log = tmp_path / "calls"
    quick, slow = time_in_own_processes([noted(log, 0.0), noted(log, 0.03)], 7, warm_up=1)
    assert (quick.repetitions, slow.repetitions) == (7, 7)
    assert slow.median_ms >= 30.0
    first, second = dict.fromkeys(calls := log.read_text().split())
    assert str(os.getpid()) not in (first, second)
    # one call of each at first, then turns of five and of the two that are left, each after one call more
    assert calls == [first, second, *[first] * 6, *[second] * 6, *[first] * 3, *[second] * 3]


def test_what_cannot_be_made_or_timed_is_told():
    with pytest.raises(VinnError, match="nowhere"):
        time_in_own_processes([partial(load_encoder, "/nowhere")], 1)
    with pytest.raises(InvalidInput, match="0 functions, 1 repetitions"):
        time_in_own_processes([], 1)


def test_in_one_process_the_same_is_timed(tmp_path):
    log = tmp_path / "calls"
    (timing,) = time_made_here([noted(log, 0.0)], 2, warm_up=1)
    assert timing.repetitions == 2
    assert log.read_text().split() == [str(os.getpid())] * 3
