"""The scaling curves as a picture and as tables, from what `vinn bench --scaling` wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

from vinn_training.exceptions import MissingDependency

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def scaling_figure(banks: Sequence[Mapping[str, Any]], demonstrations: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw search time and memory against rows, build and load time and memory against demonstrations.

    Args:
        banks: Of scaling.json: `BankPoint`s.
        demonstrations: Of scaling.json: `DemonstrationPoint`s.

    Raises:
        MissingDependency: If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependency("the plot needs matplotlib; install it with: pip install matplotlib") from error
    figure = Figure(figsize=(10.0, 7.0), layout="constrained")
    (search, memory), (times, sizes) = figure.subplots(2, 2)
    dashes = cycle(("--", ":", "-."))
    for kind in dict.fromkeys(point["kind"] for point in banks):
        mine = sorted((point for point in banks if point["kind"] == kind), key=lambda point: point["rows"])
        rows = [point["rows"] for point in mine]
        style: dict[str, Any] = {"linestyle": next(dashes), "color": "0.4"} if "peer" in kind else {"marker": "o"}
        search.plot(rows, [point["p50_ms"] for point in mine], label=kind, **style)
        memory.plot(rows, [max(point["resident_mib"], 1.0) for point in mine], label=kind, **style)
    counts = [point["demonstrations"] for point in demonstrations]
    for axes, lines in (
        (times, {"build_s": "build the bank", "load_s": "load the bundle, and act once"}),
        (sizes, {"resident_mib": "in memory", "bundle_mib": "on disk"}),
    ):
        for key, label in lines.items() if counts else ():
            axes.plot(counts, [point[key] for point in demonstrations], marker="o", label=label)
    _dress(search, "10 nearest of N x 2048", "rows", "median of a query, ms")
    _dress(memory, "memory of the index", "rows", "MiB")
    _dress(times, "demonstrations of 60 frames", "demonstrations", "s")
    _dress(sizes, "bank and thumbnails", "demonstrations", "MiB")
    return figure


def scaling_markdown(banks: Sequence[Mapping[str, Any]], demonstrations: Sequence[Mapping[str, Any]]) -> str:
    """Return both curves as Markdown tables; arguments as `scaling_figure` has them."""
    lines = []
    if banks:
        lines += ["| rows | index | a query, p50 | p90 | recall@10 | memory | of it private | open | train |"]
        lines += ["|---|---|---|---|---|---|---|---|---|"]
    for point in banks:
        lines.append(
            f"| {point['rows']:,} | {point['kind']} | {point['p50_ms']:.3g} ms | {point['p90_ms']:.3g} ms | "
            f"{point['recall_at_10']:.3f} | {point['resident_mib']:,.0f} MiB | {point['private_mib']:,.0f} MiB | "
            f"{point['open_s']:.2g} s | {point['train_s']:.3g} s |"
        )
    if demonstrations:
        lines += ["", "| demonstrations | frames | build | load, and act once | an action, p50 | in memory | on disk |"]
        lines += ["|---|---|---|---|---|---|---|"]
    for point in demonstrations:
        scaled = "" if point["built_frames"] == point["frames"] else " (scaled)"
        lines.append(
            f"| {point['demonstrations']:,} | {point['frames']:,} | {point['build_s']:.3g} s{scaled} | "
            f"{point['load_s']:.3g} s | {point['act_p50_ms']:.3g} ms | {point['resident_mib']:,.0f} MiB | "
            f"{point['bundle_mib']:,.0f} MiB |"
        )
    return "".join(f"{line}\n" for line in lines)


def _dress(axes: Axes, title: str, along: str, up: str) -> None:
    axes.set(title=title, xlabel=along, ylabel=up)
    axes.grid(alpha=0.3)
    if axes.lines:  # an empty plot cannot have a logarithmic axis
        axes.set(xscale="log", yscale="log")
        axes.legend(fontsize="small")
