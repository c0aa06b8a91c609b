"""Collecting from a video of sliding pictures, without structure from motion, for tests."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.collect import Collected, Collector
from vinn_training.collection.collect_config import CollectConfig
from vinn_training.collection.quality import QualityRecord
from vinn_training.collection.stages import Stages


class FakeStages:
    """Stages that see the camera move straight ahead by one unit a frame, and remember what they were given."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.dropped: tuple[tuple[int, str], ...] = ()
        self.rest = False

    def stages(self) -> Stages:
        return Stages(self._grabber, self._reconstruct, lambda images, poses, mask: {"frames": []}, self._label)

    def _grabber(self, images: Any) -> np.ndarray:
        mask = np.full(images[0].shape[:2], 255, np.uint8)
        mask[-10:] = 0
        return mask

    def _reconstruct(self, images: Any, camera: Any, mask: Any) -> Any:
        self.given = {"images": images, "camera": camera, "mask": mask}
        count = len(images)
        height, width = images[0].shape[:2]
        return SimpleNamespace(
            registered=np.ones(count, bool),
            rotations_camera_to_world=np.tile(np.eye(3), (count, 1, 1)),
            centers=np.arange(count)[:, None] * np.array([0.0, 0.0, 1.0]),
            camera=camera or PinholeCamera(width, height, 100.0, 100.0, width / 2, height / 2),
            reprojection_error_px=0.5,
            notes=("a note",),
        )

    def _label(self, structure: Any, times_s: Any) -> Any:
        self.given["times_s"] = times_s
        left_out = {index for index, _ in self.dropped}
        rows = np.array([index for index in range(len(times_s) - 1) if index not in left_out], dtype=np.intp)
        forward = np.tile(np.array([0, 0, 0 if self.rest else 1], np.float32), (len(rows), 1))
        return SimpleNamespace(
            frames=rows,
            directions=forward,
            rotations_rad=np.zeros((len(rows), 3), np.float32),
            lengths=np.ones(len(rows), np.float32),
            at_rest=np.full(len(rows), self.rest),
            dropped=self.dropped,
        )


def sliding_pictures(count: int, size: tuple[int, int] = (160, 120)) -> list[np.ndarray]:
    """A texture that slides to the left; picture i < 25 has 10 i in its upper left corner."""
    rng = np.random.default_rng(0)
    texture = cv2.resize(rng.integers(0, 256, (12, 60, 3), np.uint8), (size[0] * 4, size[1]))
    pictures = []
    for index in range(count):
        picture = texture[:, 2 * index : 2 * index + size[0]].copy()
        picture[:16, :16] = 10 * index % 250
        pictures.append(picture)
    return pictures


def collect(
    video: Path, fake: FakeStages, config: CollectConfig | None = None, **more: Any
) -> tuple[Collected, QualityRecord]:
    """Return what a video becomes, at 5 Hz where nothing else is said, and its report."""
    quality = QualityRecord(str(video))
    collector = Collector(config or CollectConfig(rate_hz=5.0), fake.stages(), **more)
    return collector.collect(video, "demo", quality), quality
