"""What reading a data set costs beside nothing but decoding it: time of all frames in order, and peak memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.demonstrations.lerobot_writer import write_lerobot
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.evaluation.benchmark import Row, compare
from vinn_training.evaluation.fresh_process import in_fresh_process, peak_mib
from vinn_training.evaluation.textured_demonstration import textured_demonstration
from vinn_training.exceptions import MissingDependency

#: The paper's door-opening data: 71 demonstrations of 60 frames; and the size of the encoder's input.
DEMONSTRATIONS = 71
FRAMES = 60
SIZE = 224


def reading_rows(
    demonstrations: int = DEMONSTRATIONS, frames: int = FRAMES, size: int = SIZE, repetitions: int = 5
) -> list[Row]:
    """Time reading through Demonstration.load_image beside plain decoding, for mp4 and PNG; measure memory, too.

    Args:
        demonstrations: Number of demonstrations to make and read.
        frames: Frames of each.
        size: Side of the images.
        repetitions: Timed readings of all frames, each.

    Returns:
        Per format, a row of milliseconds for all frames (ratio at least 0.67: at most 1.5 times the plain decoding),
        and a row of how much the peak of the memory rises while all frames are read, in a process of its own.

    Raises:
        MissingDependency: If PyAV or pyarrow is not installed.
    """
    try:
        import av  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingDependency(f"the reading rows need PyAV and pyarrow: {error}") from error
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        videos, pictures = write_sets(Path(folder), demonstrations, frames, size)
        for name, root, plain, peer in (
            ("read_mp4", videos, decode_videos, "PyAV, decode and convert"),
            ("read_png", pictures, decode_pictures, "cv2.imdecode"),
        ):
            rows.append(_time(name, root, plain, peer, repetitions))
            rows.append(_memory(f"{name}_memory", root, plain, peer))
    return rows


def write_sets(folder: Path, demonstrations: int, frames: int, size: int) -> tuple[Path, Path]:
    """Write the same demonstrations as LeRobot data (mp4) and in the VINN layout (PNG), and return both folders."""
    made = [
        textured_demonstration(f"demo_{number:03d}", number, frames, size, size) for number in range(demonstrations)
    ]
    videos, pictures = folder / "lerobot", folder / "vinn"
    write_lerobot(made, videos, 30)
    writer = VinnDatasetWriter(pictures, DatasetInfo(gripper=GripperLabels(meaning="opening")))
    for demonstration in made:
        writer.write(demonstration)
    return videos, pictures


def read_all(root: Path) -> int:
    """Read every frame of a data set in order, and return their number."""
    count = 0
    for demonstration in open_dataset(root).demonstrations:
        for index in range(len(demonstration)):
            demonstration.load_image(index)
            count += 1
    return count


def decode_videos(root: Path) -> int:
    """Decode and convert every frame of the mp4 files below a folder, and return their number."""
    import av

    count = 0
    for path in sorted(root.rglob("*.mp4")):
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                frame.to_ndarray(format="rgb24")
                count += 1
    return count


def decode_pictures(root: Path) -> int:
    """Decode every PNG file below a folder, and return their number."""
    paths = sorted(root.rglob("*.png"))
    for path in paths:
        cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_COLOR)
    return len(paths)


def _time(name: str, root: Path, plain: Callable[[Path], int], peer: str, repetitions: int) -> Row:
    return compare(name, lambda: read_all(root), lambda: plain(root), peer, repetitions)


def _memory(name: str, root: Path, plain: Callable[[Path], int], peer: str) -> Row:
    ours, theirs = peak_rise_mb(read_all, root), peak_rise_mb(plain, root)
    return Row(
        row=name,
        ours=round(ours, 1),
        peer=round(theirs, 1),
        peer_name=peer,
        ratio=round(theirs / ours, 2) if ours > 0.0 else None,
        unit="MB",
        repetitions=1,
        spread={"ours": [ours, ours], "peer": [theirs, theirs]},
    )


def peak_rise_mb(function: Callable[[Path], int], root: Path) -> float:
    """Return by how many MiB the peak memory of a fresh process rises while it calls `function`, imports included."""
    return in_fresh_process(_peak_rise_mb, function, root)


def _peak_rise_mb(function: Callable[[Path], int], root: Path) -> float:
    before_mb = peak_mib()
    function(root)
    return peak_mib() - before_mb
