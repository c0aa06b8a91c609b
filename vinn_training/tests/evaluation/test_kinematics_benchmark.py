import pytest

from vinn_training.evaluation.benchmark import to_markdown
from vinn_training.evaluation.kinematics_benchmark import inverse_kinematics_row
from vinn_training.exceptions import InvalidInput, KinematicsError


def test_row_has_the_tail_and_prints():
    row = inverse_kinematics_row(targets=20, repetitions=2)
    assert isinstance(row.ours, dict)
    assert 0.0 < row.ours["p50"] <= row.ours["p99"] < 1000.0
    assert row.ours["n"] == 20
    assert "p99" in to_markdown([row])


def test_unknown_robot_lists_the_known_ones():
    with pytest.raises(KinematicsError, match="RE1V0/tool_stretch_dex_wrist"):
        inverse_kinematics_row("RE9/tool_hook", targets=1)


def test_no_targets_are_refused():
    with pytest.raises(InvalidInput, match="0 targets"):
        inverse_kinematics_row(targets=0)
