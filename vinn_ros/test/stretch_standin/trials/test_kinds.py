from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.stretch_standin.faults import FAULT_GUIDE, HEALTHY
from vinn_ros.stretch_standin.trials.kinds import KINDS


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_what_a_kind_draws_are_faults_and_the_same_for_the_same_seed(kind):
    for seed in range(20):
        drawn = kind.draw(np.random.default_rng(seed))
        assert dict(drawn) == dict(kind.draw(np.random.default_rng(seed)))
        faults = HEALTHY.changed(drawn)
        assert bool(faults.active()) == (kind.policy == "none")


def test_every_fault_of_the_stand_in_is_drawn_by_some_kind():
    drawn = {name for kind in KINDS.values() for name in kind.draw(np.random.default_rng(0))}
    assert drawn == set(FAULT_GUIDE)


def test_every_kind_of_the_list_is_there():
    text = " ".join(KINDS)
    for word in (
        "latency",
        "dropped",
        "frozen",
        "black",
        "joint states",
        "refused",
        "runstop",
        "slow",
        "tool",
        "clock",
    ):
        assert word in text
