from __future__ import annotations

import math
from collections import Counter

import pytest

from vinn_ros.stretch_standin.trials.kinds import KINDS
from vinn_ros.stretch_standin.trials.runner import Deadlines, RunnerConfig, choose_kinds
from vinn_training.exceptions import InvalidInput


def test_each_kind_comes_as_often_as_any_other_in_an_order_of_the_seed():
    names = [kind.name for kind in choose_kinds(2 * len(KINDS), 0)]
    assert set(Counter(names).values()) == {2}
    assert names == [kind.name for kind in choose_kinds(2 * len(KINDS), 0)]
    assert names != [kind.name for kind in choose_kinds(2 * len(KINDS), 1)]
    assert max(Counter(kind.name for kind in choose_kinds(200, 0)).values()) <= math.ceil(200 / len(KINDS))


def test_only_the_named_kinds():
    assert {kind.name for kind in choose_kinds(6, 0, ("runstop", "images black"))} == {"runstop", "images black"}
    with pytest.raises(InvalidInput, match=r"unknown kind 'rnstop'; expected one of: .*runstop"):
        choose_kinds(3, 0, ("rnstop",))
    with pytest.raises(InvalidInput, match="count is 0"):
        choose_kinds(0, 0)


def test_with_a_real_policy_its_faults_are_left_out(tmp_path):
    assert {kind.policy for kind in choose_kinds(100, 0, is_played=False)} == {"none"}
    with pytest.raises(InvalidInput, match="'policy holds' is a fault of the policy"):
        choose_kinds(3, 0, ("policy holds",), is_played=False)
    assert RunnerConfig(bundle=tmp_path).bundle == tmp_path
    with pytest.raises(InvalidInput, match="is no directory; expected one made by"):
        RunnerConfig(bundle=tmp_path / "nothing")


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_times_that_cannot_be_are_refused(value):
    with pytest.raises(InvalidInput, match="limit_s"):
        RunnerConfig(limit_s=value)
    with pytest.raises(InvalidInput, match="max_action_age_s"):
        RunnerConfig(deadlines=Deadlines(max_action_age_s=value))
