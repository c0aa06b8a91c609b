"""What the command line is told before anything of ROS is started."""

import sys

import pytest

from vinn_ros.mount_check import main
from vinn_ros.stop_request import StopRequest


@pytest.fixture(autouse=True)
def _signals_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StopRequest, "install", lambda self: None)


def test_help_is_no_mistake(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["mount_check", "--help"])

    assert main.main() == 0
    assert "tolerance_deg" in capsys.readouterr().out


def test_an_argument_that_is_no_parameter_is_told_with_the_parameters(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["mount_check", "distance"])

    assert main.main() == 2
    output = capsys.readouterr()
    assert "unknown argument 'distance'" in output.err
    assert "tolerance_deg" in output.out


def test_each_verdict_has_its_exit_status() -> None:
    assert main.EXIT_STATUSES == {"consistent": 0, "wrong": 1, "unknown": 2}
