import pytest

from vinn_training.evaluation.benchmark import to_markdown
from vinn_training.evaluation.kinematics_benchmark import KINDS, inverse_kinematics_rows
from vinn_training.exceptions import InvalidInput, KinematicsError


def test_rows_have_the_tail_and_print():
    rows = inverse_kinematics_rows(targets=60, repetitions=1)
    names = [tuple(row.row.split(", ")[1:]) for row in rows]
    assert names == [(kind, group) for kind in KINDS for group in ("reached", "not reached")]
    counts = 0
    for row in rows:
        assert isinstance(row.ours, dict)
        assert 0.0 < row.ours["p50"] <= row.ours["p99"] < 1000.0
        counts += row.ours["n"]
    assert counts == 2 * 60
    reached = [row.ours["n"] for row in rows if row.row.endswith(", reached")]
    assert min(reached) > 40  # random targets are mostly free
    assert "p99" in to_markdown(rows)


def test_unknown_robot_lists_the_known_ones():
    with pytest.raises(KinematicsError, match="RE1V0/tool_stretch_dex_wrist"):
        inverse_kinematics_rows("RE9/tool_hook", targets=1)


def test_no_targets_are_refused():
    with pytest.raises(InvalidInput, match="0 targets"):
        inverse_kinematics_rows(targets=0)
