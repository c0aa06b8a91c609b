"""The check's report as plain JSON types."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.evaluation.mount_check.report import MountReport


def report_content(report: MountReport) -> dict[str, Any]:
    """Return the report as plain JSON types."""

    def rounded(vector: NDArray[np.float64] | None) -> list[float] | None:
        return None if vector is None else [round(float(value), 4) for value in vector]

    fit = report.fit
    return {
        "verdict": report.verdict,
        "findings": list(report.findings),
        "advice": list(report.advice),
        "max_off_deg": None if math.isnan(report.max_off_deg) else round(report.max_off_deg, 2),
        "focal_px": round(report.focal_px, 1),
        "fit": None
        if fit is None
        else {
            "matrix_expected_to_seen": np.round(fit.matrix, 4).tolist(),
            "nearest_axes": fit.nearest.astype(int).tolist(),
            "angle_deg": round(fit.angle_deg, 2),
            "residual_deg": round(fit.residual_deg, 2),
        },
        "action_scale": {
            "values": None if report.scale.values is None else list(report.scale.values),
            "gains": {axis: round(gain, 4) for axis, gain in report.scale.gains.items()},
            "reasons": list(report.scale.reasons),
        },
        "motions": [
            {
                "name": result.jog.name,
                "asked_mm": round(1e3 * result.jog.asked_m, 2),
                "moved_base_mm": rounded(1e3 * result.jog.moved_base_m),
                "expected": rounded(result.expected),
                "seen": rounded(result.seen),
                "off_deg": None if result.off_deg is None else round(result.off_deg, 2),
                "points": len(result.picture.first_px),
                "moving": int(result.picture.moving.sum()),
                "agreeing": int(result.picture.agreeing.sum()),
                "motion_px": round(result.picture.motion_px, 2),
                "clipped": list(result.jog.clipped),
                "problem": result.problem,
            }
            for result in report.results
        ],
    }
