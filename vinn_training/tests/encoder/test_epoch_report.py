import logging

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.epoch_report import EpochReport
from vinn_training.encoder.indicators import CollapseIndicators

GOOD = EpochReport(3, 0.25, 12.5, CollapseIndicators(0.9, 40.0, 0.1, -2.0), 0.125)
COLLAPSED = EpochReport(4, 0.0, 1.0, CollapseIndicators(0.01, 1.1, 0.0, 0.0))


@pytest.fixture(autouse=True)
def _heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("vinn_training"), "propagate", True)


@pytest.mark.parametrize("report", [GOOD, COLLAPSED])
def test_a_row_brings_the_report_back(report: EpochReport) -> None:
    assert EpochReport.from_row(report.to_row()) == report


def test_every_number_has_a_curve_and_what_was_not_measured_has_none() -> None:
    assert GOOD.curves() == {
        "epoch/loss": 0.25,
        "epoch/seconds": 12.5,
        "epoch/spread": 0.9,
        "epoch/effective_rank": 40.0,
        "epoch/alignment": 0.1,
        "epoch/uniformity": -2.0,
        "epoch/action_error": 0.125,
    }
    assert "epoch/action_error" not in COLLAPSED.curves()


def test_the_log_has_the_numbers_and_warns_of_a_collapse_alone(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        GOOD.log(epochs=9)
    assert "epoch 3/9: loss 0.2500, spread 0.900" in caplog.text
    assert "action error 0.12500, 12.5 s" in caplog.text
    assert "collapsed" not in caplog.text
    with caplog.at_level(logging.INFO):
        COLLAPSED.log(epochs=9)
    assert "the embeddings have collapsed (spread 0.010, effective rank 1.1)" in caplog.text
