"""A picture of the camera's path, for the quality report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import InvalidInput, MissingDependency


def write_path_plot(
    path: Path,
    centers: NDArray[np.float64],
    rotations_camera_to_world: NDArray[np.float64],
    marks: dict[str, NDArray[np.intp]],
    title: str,
) -> None:
    """Draw the path from above and from the side, in the optical axes of the first camera.

    Args:
        path: PNG file to write.
        centers: (N, 3) camera centres, world; rows that are not finite have no pose.
        rotations_camera_to_world: (N, 3, 3).
        marks: Frames to mark, by the words of the legend ("at rest", "dropped").
        title: For people.

    Raises:
        InvalidInput: If no frame has a pose.
        MissingDependency: If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependency("plotting a path needs matplotlib; install it with: pip install matplotlib") from error
    known = np.flatnonzero(np.isfinite(centers).all(axis=1))
    if not len(known):
        raise InvalidInput("no frame has a pose; expected at least one to plot")
    first = known[0]
    to_first = rotations_camera_to_world[first].T
    places = (centers - centers[first]) @ to_first.T
    views = (to_first @ rotations_camera_to_world)[:, :, 2]
    length = max(float(np.ptp(places[known], axis=0).max()), 1e-9)
    figure = Figure(figsize=(10, 5), layout="constrained")
    above, side = figure.subplots(1, 2)
    _draw_view(above, places, views, known, marks, (0, 2), 0.08 * length)
    above.set(xlabel="right", ylabel="forward", title="from above")
    # Seen from the right-hand side, with down at the bottom.
    _draw_view(side, places, views, known, marks, (2, 1), 0.08 * length)
    side.set(xlabel="forward", ylabel="down", title="from the side")
    side.invert_yaxis()
    above.legend(loc="best", fontsize="small")
    figure.suptitle(f"{title} (arbitrary unit, axes of the first camera)", fontsize="medium")
    figure.savefig(path, dpi=100)


def _draw_view(
    axes: Any,
    places: NDArray[np.float64],
    views: NDArray[np.float64],
    known: NDArray[np.intp],
    marks: dict[str, NDArray[np.intp]],
    plane: tuple[int, int],
    arrow: float,
) -> None:
    across, up = plane
    axes.plot(places[known, across], places[known, up], "-", color="0.7", linewidth=1, zorder=1)
    axes.scatter(places[known, across], places[known, up], c=known, cmap="viridis", s=14, zorder=2)
    axes.quiver(
        places[known, across], places[known, up], views[known, across] * arrow, views[known, up] * arrow,
        angles="xy", scale_units="xy", scale=1, width=0.003, color="0.4", zorder=1,
    )  # fmt: skip
    axes.plot(*places[known[0], [across, up]], "^", color="tab:green", markersize=9, label="start", zorder=3)
    axes.plot(*places[known[-1], [across, up]], "s", color="tab:blue", markersize=7, label="end", zorder=3)
    colours = ("tab:orange", "tab:red", "tab:purple", "tab:brown")
    for colour, (word, frames) in zip(colours, marks.items(), strict=False):
        shown = np.intersect1d(frames, known)
        if len(shown):
            axes.scatter(places[shown, across], places[shown, up], facecolors="none", edgecolors=colour, s=60,
                         label=word, zorder=3)  # fmt: skip
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)
