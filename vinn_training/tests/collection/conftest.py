"""Videos for tests that need pictures: the authors' own, and a small one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import ImageArray

Frames = tuple[list[ImageArray], np.ndarray]


@pytest.fixture(scope="session")
def authors_frames() -> Callable[[float], Frames]:
    """Return frames of the authors' video at a rate, with their numbers from 1; it has 30 a second."""
    av = pytest.importorskip("av")
    path = Path(__file__).resolve().parents[4] / "shared" / "data" / "door_opening_demo_pov.mp4"
    if not path.exists():
        pytest.skip("the authors' demonstration video is not beside the checkout")

    def read(rate_hz: float) -> Frames:
        step = round(30.0 / rate_hz)
        with av.open(str(path)) as container:
            kept = [
                (index + 1, frame.to_ndarray(format="rgb24"))
                for index, frame in enumerate(container.decode(video=0))
                if index % step == 0
            ]
        return [image for _, image in kept], np.array([number for number, _ in kept])

    return read


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Two seconds of `sliding_pictures` at 10 Hz."""
    pytest.importorskip("av")
    from vinn_training.collection.overlay import write_overlay

    from .collecting import sliding_pictures

    write_overlay(tmp_path / "video.mp4", sliding_pictures(20), 10.0)
    return tmp_path / "video.mp4"
