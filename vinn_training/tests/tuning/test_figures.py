from pathlib import Path

import numpy as np
import pytest

from vinn_training.tuning.figures import figures_of, gripper_figure, hold_figure, regression_figure, scale_figure

from .conftest import record
from .test_tune import run

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def test_figures_show_the_scores_and_mark_the_chosen_setting(tmp_path: Path, bank, calibration, encoder) -> None:
    result = run([record(tmp_path / "bag")], bank, calibration, encoder)
    grid, scores, place = result.grid, result.scores, result.choice.place
    by_temperature, by_k = regression_figure(result).axes
    lines = {line.get_label(): line.get_ydata() for line in by_temperature.lines}
    errors = scores.mse.reshape(len(grid.k), len(grid.temperature))
    assert lines[f"k {grid.k[0]}"] == pytest.approx(errors[0])
    assert lines["chosen"] == pytest.approx([scores.mse[place.regression]])
    assert by_k.lines[-1].get_xdata() == [result.choice.config.k]
    hold = hold_figure(result).axes[0]
    assert [bar.get_height() for bar in hold.patches] == pytest.approx(100.0 * scores.held_share)
    wrong = np.asarray(gripper_figure(result).axes[0].images[0].get_array())
    closes = sorted({pair.close_below for pair in grid.thresholds})
    opens = sorted({pair.open_above for pair in grid.thresholds})
    chosen = wrong[closes.index(result.choice.config.gripper_close_below),
                   opens.index(result.choice.config.gripper_open_above)]  # fmt: skip
    assert chosen == pytest.approx(100.0 * scores.wrong_share[place.regression, place.thresholds, place.quantile])
    stars = scale_figure(result).axes[0].lines[1::2]
    assert [float(star.get_xdata()[0]) for star in stars] == list(result.choice.config.action_scale)


def test_a_parameter_that_was_not_tuned_has_no_figure(tmp_path: Path, bank, calibration, encoder) -> None:
    result = run([record(tmp_path / "bag", gripper=False)], bank, calibration, encoder)
    assert set(figures_of(result)) == {"k_temperature", "action_scale", "hold", "trade_off"}
