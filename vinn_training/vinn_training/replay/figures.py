"""Figures of a replay's report, drawn by matplotlib. No display is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import GripperState
from vinn_training.evaluation.plots import new_figure, to_png
from vinn_training.policy.vinn_policy import PolicyDecision
from vinn_training.replay.agreement import TOLERANCE
from vinn_training.replay.latency import HOPS
from vinn_training.replay.recorded import RecordedAction
from vinn_training.replay.replaying import ReplayedFrame
from vinn_training.replay.result import ReplayResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_AXES = ("x, right", "y, down", "z, forward")
_REPLAYED, _ONLINE, _REAL, _CHANGE = "#4c72b0", "#dd8452", "#55a868", "#8c8c8c"
_WIDTH = 10.0
#: On a logarithmic axis, an exact zero is drawn here.
_FLOOR = 1e-12


def directions_picture(result: ReplayResult) -> bytes:
    """Draw a_hat replayed, as recorded, and what really happened; a panel a component. Returns a PNG."""
    figure, panels = _panels(3, 5.6)
    times = _times(result)
    for component, (axes, name) in enumerate(zip(panels, _AXES, strict=True)):
        real = [np.nan if truth is None else truth.direction[component] for truth in result.truths]
        online = [np.nan if item.action is None else item.action.direction[component] for item in result.frames]
        replayed = [
            np.nan if item.decision is None else item.decision.action.direction[component] for item in result.frames
        ]
        axes.plot(times, real, color=_REAL, linewidth=2.4, alpha=0.6, label="really happened")
        axes.plot(times, online, ".", color=_ONLINE, markersize=6, label="online")
        axes.plot(times, replayed, color=_REPLAYED, linewidth=0.9, label="replayed")
        axes.set(ylabel=name, ylim=(-1.05, 1.05))
        _mark_changes(axes, result)
    panels[0].legend(fontsize="small", ncols=4, loc="upper right")
    panels[-1].set_xlabel("time since the first image, s")
    return to_png(figure)


def gripper_picture(result: ReplayResult) -> bytes:
    """Draw the opening with its thresholds, and the states after them. Returns a PNG."""
    figure, (opening, state) = _panels(2, 4.2)
    times = _times(result)
    real = [np.nan if truth is None or truth.gripper is None else truth.gripper for truth in result.truths]
    opening.plot(times, real, color=_REAL, linewidth=2.4, alpha=0.6, label="really happened")
    online = _series(result, _of_action(lambda action: action.gripper_opening))
    replayed = _series(result, _of_decision(lambda decision: decision.action.gripper_opening))
    opening.plot(times, online, ".", color=_ONLINE, label="online")
    opening.plot(times, replayed, color=_REPLAYED, label="replayed")
    for name in ("gripper_close_below", "gripper_open_above"):
        values = [getattr(item.settings, name) for item in result.frames]
        opening.plot(times, values, "--", color=_CHANGE, linewidth=0.9)
    opening.set(ylabel="opening", ylim=(-0.05, 1.05))
    opening.legend(fontsize="small", ncols=3, loc="upper right")
    states = {GripperState.CLOSED: 0.0, GripperState.UNKNOWN: 0.5, GripperState.OPEN: 1.0}
    state.plot(times, _series(result, _of_action(lambda action: states[action.gripper])), ".", color=_ONLINE)
    said = _series(result, _of_decision(lambda decision: states[decision.gripper]))
    state.step(times, said, where="post", color=_REPLAYED)
    state.set_yticks([0.0, 0.5, 1.0], ["closed", "unknown", "open"])
    state.set(ylim=(-0.2, 1.2), xlabel="time since the first image, s")
    _mark_changes(opening, result)
    return to_png(figure)


def familiarity_picture(result: ReplayResult) -> bytes:
    """Draw how unlike the demonstrations each image is; where the robot holds is shaded. Returns a PNG."""
    figure, (quantile, distance) = _panels(2, 4.2)
    times = _times(result)
    held = [item.decision is not None and item.decision.hold for item in result.frames]
    shares = _series(result, _of_decision(lambda decision: decision.distance_quantile))
    quantile.plot(times, shares, color=_REPLAYED, label="distance quantile")
    limits = [item.settings.hold_distance_quantile for item in result.frames]
    quantile.plot(times, limits, "--", color=_CHANGE, label="holds above")
    quantile.set(ylabel="quantile", ylim=(-0.05, 1.05))
    quantile.legend(fontsize="small", ncols=2, loc="best")
    nearest = _series(result, _of_decision(lambda decision: decision.action.neighbors[0].distance))
    distance.plot(times, nearest, color=_REPLAYED)
    distance.set(ylabel="distance to the nearest", xlabel="time since the first image, s", ylim=(0.0, None))
    for axes in (quantile, distance):
        low, high = axes.get_ylim()
        axes.fill_between(times, low, high, where=held, step="mid", color="#c44e52", alpha=0.2, linewidth=0.0)
        _mark_changes(axes, result)
    return to_png(figure)


def agreement_picture(result: ReplayResult) -> bytes:
    """Draw how far replayed and recorded actions are apart, image by image. Returns a PNG."""
    figure, (axes,) = _panels(1, 2.6)
    times = _times(result)
    values = [np.nan if item.agreement is None else item.agreement.action_difference for item in result.frames]
    axes.semilogy(times, np.maximum(values, _FLOOR), ".", color=_REPLAYED, markersize=4)
    axes.axhline(TOLERANCE, color="#c44e52", linewidth=0.9, linestyle="--", label=f"counts as equal: {TOLERANCE:g}")
    other = [t for t, item in zip(times, result.frames, strict=True) if item.agreement and not item.agreement.equal]
    axes.plot(other, [TOLERANCE] * len(other), "rx", label=f"not equal ({len(other)})")
    axes.set(ylabel="largest difference\n(none: 1e-12)", xlabel="time since the first image, s")
    axes.legend(fontsize="small", loc="upper right")
    _mark_changes(axes, result)
    return to_png(figure)


def latency_picture(result: ReplayResult) -> bytes:
    """Draw the recorded times of every hop that has some. Returns a PNG."""
    hops = list(result.latency.summary)
    figure, panels = _panels(len(hops), 0.4 + 1.5 * len(hops))
    times = _times(result)
    for axes, hop in zip(panels, hops, strict=True):
        values = [getattr(item, hop) for item in result.latency.frames]
        axes.plot(times, np.array(values, dtype=np.float64), ".", color=_REPLAYED, markersize=3)
        axes.set_title(f"{HOPS[hop]}, ms", fontsize="small", loc="left")
        axes.set_ylim(bottom=min(0.0, *(value for value in values if value is not None)))
    panels[-1].set_xlabel("time since the first image, s")
    return to_png(figure)


def _panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of panels above each other with one time axis.

    Raises:
        MissingDependency: If matplotlib is not installed.
    """
    figure = new_figure(_WIDTH, height)
    panels = list(np.atleast_1d(figure.subplots(count, 1, sharex=True)))
    for axes in panels:
        axes.grid(alpha=0.3)
    return figure, panels


def _mark_changes(axes: Axes, result: ReplayResult) -> None:
    """Draw a line where the settings change from one image to the next."""
    for index in range(1, len(result.frames)):
        if result.frames[index].settings != result.frames[index - 1].settings:
            axes.axvline(result.time_s(index), color=_CHANGE, linewidth=1.2, linestyle=":")


def _times(result: ReplayResult) -> NDArray[np.float64]:
    return np.array([result.time_s(index) for index in range(len(result.frames))])


def _series(result: ReplayResult, value: Callable[[ReplayedFrame], float | None]) -> NDArray[np.float64]:
    """Return a value for each image; None becomes NaN, which is not drawn."""
    return np.array([value(item) for item in result.frames], dtype=np.float64)


def _of_action(value: Callable[[RecordedAction], float]) -> Callable[[ReplayedFrame], float | None]:
    return lambda item: None if item.action is None else value(item.action)


def _of_decision(value: Callable[[PolicyDecision], float]) -> Callable[[ReplayedFrame], float | None]:
    return lambda item: None if item.decision is None else value(item.decision)
