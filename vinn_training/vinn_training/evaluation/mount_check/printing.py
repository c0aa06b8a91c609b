"""The check's report as plain text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinn_training.evaluation.mount_check.report import MountReport

_HEADLINES = {"consistent": "CONSISTENT", "wrong": "WRONG", "unknown": "CANNOT TELL"}


def report_text(report: MountReport) -> str:
    """Return the table of motions, the verdict, what to do, and the suggestion for c, as lines of plain text."""
    lines = ["motion  asked  moved  expected (x, y, z)    seen (x, y, z)        off   points  in picture"]
    for result in report.results:
        off = "" if result.off_deg is None else f"{result.off_deg:.1f}"
        moved_mm = 1e3 * float(np.linalg.norm(result.jog.moved_base_m))
        lines.append(
            f"{result.jog.name:6s} {1e3 * result.jog.asked_m:4.0f} mm {moved_mm:3.0f} mm  "
            f"{_vector(result.expected):20s}  {_vector(result.seen):20s}  {off:>4s}  "
            f"{int(result.picture.agreeing.sum()):3d}/{int(result.picture.moving.sum()):3d}  "
            f"{result.picture.motion_px:5.1f} px"
        )
        lines += [f"        {text}" for text in (result.problem, *result.jog.clipped) if text]
    lines += ["", f"camera mount: {_HEADLINES[report.verdict]}{_detail(report)}"]
    lines += [f"  {text}" for text in report.findings]
    lines += [f"  to do: {text}" for text in report.advice]
    gains = ", ".join(f"{axis} {gain:.2f}" for axis, gain in report.scale.gains.items())
    values = report.scale.values
    suggestion = "no suggestion" if values is None else "[" + ", ".join(f"{value:.2f}" for value in values) + "]"
    lines += ["", f"c (action_scale of the policy): {suggestion}"]
    lines += [f"  gain, way gone by way asked for: {gains}"] if gains else []
    lines += [f"  {text}" for text in report.scale.reasons]
    return "\n".join(lines)


def _detail(report: MountReport) -> str:
    if report.verdict == "unknown" or report.fit is None:
        return ""
    if report.verdict == "consistent":
        return f" (all axes within {report.max_off_deg:.0f} degrees)"
    return f" (directions fit within {report.fit.residual_deg:.0f} degrees)"


def _vector(vector: NDArray[np.float64] | None) -> str:
    return "-" if vector is None else " ".join(f"{value:+.2f}" for value in vector)
