"""Figures of the trade-offs, drawn by matplotlib. No display is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from vinn_training.evaluation.plots import new_figure
from vinn_training.tuning.settings_table import front_places
from vinn_training.tuning.tune import TuningResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CHOSEN: dict[str, Any] = {"color": "#c44e52", "marker": "*", "markersize": 16, "linestyle": "none"}
_START: dict[str, Any] = {
    "color": "#333333",
    "marker": "o",
    "markersize": 9,
    "linestyle": "none",
    "markerfacecolor": "none",
}


def regression_figure(result: TuningResult) -> Figure:
    """Draw the MSE of the direction against k and temperature."""
    grid = result.grid
    errors = result.scores.mse.reshape(len(grid.k), len(grid.temperature))
    figure = new_figure(11.0, 4.2)
    left, right = figure.subplots(1, 2)
    for row, k in enumerate(grid.k):
        left.plot(grid.temperature, errors[row], marker=".", label=f"k {k}")
    left.set(xscale="log", xlabel="temperature", ylabel="MSE of the direction")
    for column, temperature in enumerate(grid.temperature):
        right.plot(grid.k, errors[:, column], marker=".", label=f"{temperature:g}")
    right.set(xlabel="k, nearest neighbours", ylabel="MSE of the direction")
    for config, regression, style, words in (
        (result.start, grid.place_of(result.start).regression, _START, "start"),
        (result.choice.config, result.choice.place.regression, _CHOSEN, "chosen"),
    ):
        error = result.scores.mse[regression]
        left.plot(config.temperature, error, label=words, **style)
        right.plot(config.k, error, **style)
    left.legend(fontsize="small", ncols=2)
    right.legend(fontsize="small", ncols=2, title="temperature", title_fontsize="small")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    return figure


def scale_figure(result: TuningResult) -> Figure:
    """Draw how far c (.) a_hat is off the real motion against c, axis by axis, at the chosen k and temperature."""
    step, regression = result.scores.step, result.choice.place.regression
    figure = new_figure(9.0, 3.6)
    axes = figure.subplots()
    values = np.linspace(0.01, 1.0, 100)
    for axis, name in enumerate(("right", "down", "forward")):
        aa, ad, dd = step.aa[regression, axis], step.ad[regression, axis], step.dd[axis]
        off = np.sqrt(np.clip(values**2 * aa - 2.0 * values * ad + dd, 0.0, None) / step.frames)
        (line,) = axes.plot(values, off, label=name)
        chosen = result.choice.config.action_scale[axis]
        axes.plot(chosen, np.interp(chosen, values, off), **{**_CHOSEN, "color": line.get_color()})
    axes.set(xlabel="c", ylabel="root mean square error, step lengths", xlim=(0.0, 1.02), ylim=(0.0, None))
    axes.legend(fontsize="small", title="stars: chosen", title_fontsize="small")
    axes.grid(alpha=0.3)
    return figure


def gripper_figure(result: TuningResult) -> Figure:
    """Draw the gripper's errors against the two thresholds, at the chosen k, temperature and hold."""
    grid, place, scores = result.grid, result.choice.place, result.scores
    closes = sorted({pair.close_below for pair in grid.thresholds})
    opens = sorted({pair.open_above for pair in grid.thresholds})
    figure = new_figure(13.0, 4.2)
    panels: tuple[tuple[str, np.ndarray], ...] = (
        ("frames in the wrong state, %", 100.0 * scores.wrong_share),
        (f"missed or spurious, of {scores.gripper.events} events", scores.gripper.missed + scores.gripper.spurious),
        ("changes (chatter)", scores.gripper.changes),
    )
    for axes, (title, values) in zip(figure.subplots(1, 3), panels, strict=True):
        picture = np.full((len(closes), len(opens)), np.nan)
        for index, pair in enumerate(grid.thresholds):
            picture[closes.index(pair.close_below), opens.index(pair.open_above)] = values[
                place.regression, index, place.quantile
            ]
        most = max(1.0, float(np.nanmax(picture)))
        shown = axes.imshow(picture, origin="lower", cmap="viridis_r", aspect="auto", vmin=0.0, vmax=most)
        figure.colorbar(shown, ax=axes)
        for config, style in ((result.start, _START), (result.choice.config, _CHOSEN)):
            axes.plot(opens.index(config.gripper_open_above), closes.index(config.gripper_close_below), **style)
        axes.set_xticks(range(len(opens)), [f"{value:g}" for value in opens])
        axes.set_yticks(range(len(closes)), [f"{value:g}" for value in closes])
        axes.set(title=title, xlabel="gripper_open_above", ylabel="gripper_close_below")
    return figure


def hold_figure(result: TuningResult) -> Figure:
    """Draw the share of held frames, and the MSE of the others, against hold_distance_quantile."""
    grid, scores = result.grid, result.scores
    figure = new_figure(9.0, 3.6)
    axes = figure.subplots()
    places = np.arange(len(grid.hold_distance_quantile))
    axes.bar(places, 100.0 * scores.held_share, color="#4c72b0", width=0.6)
    chosen = result.choice.place.quantile
    axes.plot(places[chosen], 100.0 * scores.held_share[chosen], label="chosen", clip_on=False, **_CHOSEN)
    axes.set_xticks(places, [f"{value:g}" for value in grid.hold_distance_quantile])
    axes.set(xlabel="hold_distance_quantile (levels, not to scale)", ylabel="held frames, %", ylim=(0.0, None))
    if scores.direction.frames:
        other = axes.twinx()
        mse = np.where(scores.direction.acted_frames > 0, scores.acted_mse[result.choice.place.regression], np.nan)
        other.plot(places, mse, color="#dd8452", marker="o")
        other.set(ylabel="MSE of the frames not held", ylim=(0.0, None))
        other.yaxis.label.set_color("#dd8452")
    axes.legend(fontsize="small")
    return figure


def trade_off_figure(result: TuningResult) -> Figure:
    """Draw the settings that no other one beats: MSE of acted frames against gripper error, coloured by holds."""
    scores, start = result.scores, result.grid.place_of(result.start)
    front = front_places(scores, result.grid.action_scale, result.choice.place)
    figure = new_figure(9.0, 4.6)
    axes = figure.subplots()
    every = np.broadcast_to(scores.acted_mse[:, None, :], scores.gripper_error.shape).reshape(-1)
    axes.plot(every, scores.gripper_error.reshape(-1), ".", color="#cccccc", markersize=3, label="all settings")
    held = np.array([100.0 * scores.held_share[place.quantile] for place, _ in front])
    mse = [scores.acted_mse[place.regression, place.quantile] for place, _ in front]
    shown = axes.scatter(
        mse, [error for _, error in front], c=held, s=36, cmap="plasma", edgecolors="#333333", linewidths=0.4,
        label="beaten by no other", zorder=3,
    )  # fmt: skip
    figure.colorbar(shown, ax=axes, label="held frames, %")
    for place, style, words in ((start, _START, "start"), (result.choice.place, _CHOSEN, "chosen")):
        error = scores.gripper_error[place.regression, place.thresholds, place.quantile]
        axes.plot(scores.acted_mse[place.regression, place.quantile], error, label=words, zorder=4, **style)
    # Settings whose gripper fails throughout would press the others together.
    shown_errors = [error for _, error in front] + [
        scores.gripper_error[place.regression, place.thresholds, place.quantile]
        for place in (start, result.choice.place)
    ]
    top = 1.5 * max(shown_errors) + 0.1
    axes.set(xlabel="MSE of the direction, frames not held", ylabel="gripper error", ylim=(-0.04 * top, top))
    axes.legend(fontsize="small")
    axes.grid(alpha=0.3)
    return figure


def figures_of(result: TuningResult) -> dict[str, Figure]:
    """Return the figures that say something about these bags, by the name of their file.

    Raises:
        MissingDependency: If matplotlib is not installed.
    """
    wanted: tuple[tuple[str, str, Callable[[TuningResult], Figure]], ...] = (
        ("k_temperature", "k", regression_figure),
        ("action_scale", "action_scale", scale_figure),
        ("gripper", "gripper_close_below", gripper_figure),
        ("hold", "hold_distance_quantile", hold_figure),
        ("trade_off", "k", trade_off_figure),
    )
    return {name: draw(result) for name, parameter, draw in wanted if parameter not in result.untunable}
