"""What a run from camera to command is told, and what comes of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from vinn_ros.latency.cpu import MachineUse
from vinn_ros.latency.report import LatencyReport
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class PathRunConfig:
    """What is run.

    Attributes:
        bundle: Encoder and bank.
        duration_s: Time that is measured.
        rate_hz: Of the camera.
        width_px: Of its pictures.
        height_px: Of its pictures.
        composed: Perception and policy in one process.
        transport: How perception takes the images: "raw" or "compressed".
        jpeg_quality: Of compressed images.
    """

    bundle: Path
    duration_s: float = 60.0
    rate_hz: float = 30.0
    width_px: int = 640
    height_px: int = 480
    composed: bool = False
    transport: Literal["raw", "compressed"] = "raw"
    jpeg_quality: int = 80

    def __post_init__(self) -> None:
        if not 1.0 <= self.duration_s <= 3600.0:
            raise InvalidInput(f"duration_s is {self.duration_s}; expected 1 to 3600 seconds")


@dataclass(frozen=True)
class PathMeasurement:
    """What was measured.

    Attributes:
        config: What was run.
        report: Latencies of the measured frames, and the counts of the whole run from its first frame to its last.
        use: Processor and memory of each process, "latency" being the one that measures.
    """

    config: PathRunConfig
    report: LatencyReport
    use: MachineUse

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        config = {**asdict(self.config), "bundle": str(self.config.bundle)}
        return {"config": config, **self.report.to_dict(), "use": asdict(self.use)}
