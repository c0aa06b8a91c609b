"""Several measured ways from camera to command, side by side as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from vinn_ros.latency.ledger import HOPS
from vinn_ros.latency.path_measurement import PathMeasurement


def path_markdown(measured: Mapping[str, PathMeasurement]) -> str:
    """Return three tables: latency by hop, frames by hop, processor by process.

    Args:
        measured: By name.
    """
    return "\n".join((_latencies(measured), _frames(measured), _processors(measured)))


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _latencies(measured: Mapping[str, PathMeasurement]) -> str:
    rows = []
    for name, way in measured.items():
        hops = {hop.name: hop for hop in way.report.hops}
        cells = [
            f"{hops[hop.name].p50_ms:.1f} / {hops[hop.name].p99_ms:.1f}" if hop.name in hops else "-" for hop in HOPS
        ]
        rows.append([name, *cells])
    return _table(["p50 / p99, ms", *(hop.name for hop in HOPS)], rows)


def _frames(measured: Mapping[str, PathMeasurement]) -> str:
    names = ("published", "received", "lost", "encoded", "skipped", "rejected", "embeddings_lost", "answered")
    head = ["frames", *(name.replace("_", " ") for name in names), "unaccounted", "commanded", "superseded", "MB/s"]
    rows = []
    for name, way in measured.items():
        counts, fates, bandwidth = way.report.counts, way.report.fates, way.report.bandwidth
        cells = [getattr(counts, key) for key in names] + [counts.unaccounted_total]
        texts = ["-" if cell is None else str(cell) for cell in cells]
        carried = f"{bandwidth.bytes_per_s / 1e6:.2f}" if bandwidth is not None else "-"
        rows.append([name, *texts, f"{fates.commanded} of {fates.actions}", str(fates.superseded), carried])
    return _table(head, rows)


def _processors(measured: Mapping[str, PathMeasurement]) -> str:
    processes = list(dict.fromkeys(name for way in measured.values() for name in way.use.processes))
    rows = []
    for name, way in measured.items():
        use = way.use.processes
        cells = [f"{use[key].cpu_percent:.0f}, {use[key].memory_mb:.0f} MB" if key in use else "-" for key in processes]
        rows.append([name, *cells, f"{way.use.others_percent:.0f}"])
    return _table(["% of a core, memory", *processes, "others"], rows)
