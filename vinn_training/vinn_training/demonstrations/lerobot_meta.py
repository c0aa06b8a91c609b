"""The descriptions in a LeRobot data set's `meta/` folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from numpy.typing import NDArray

from vinn_training.demonstrations import lerobot_layout as layout
from vinn_training.demonstrations.lerobot_statistics import Statistics
from vinn_training.demonstrations.lerobot_video import pixel_format


def describe(
    camera: str,
    size: tuple[int, int],
    rate: Fraction,
    lengths: Sequence[int],
    columns: Mapping[str, NDArray[Any]],
) -> dict[str, Any]:
    """Return the content of `meta/info.json`.

    Args:
        camera: Name of the image feature.
        size: Height and width of the images.
        rate: Frames a second.
        lengths: Frames of each episode.
        columns: The tables' columns, as in one episode.
    """
    fps = int(rate) if rate.denominator == 1 else float(rate)
    height, width = size
    features: dict[str, Any] = {
        camera: {
            "dtype": "video",
            "shape": [height, width, 3],
            "names": ["height", "width", "channels"],
            "info": {
                "video.height": height,
                "video.width": width,
                "video.codec": "h264",
                "video.pix_fmt": pixel_format(height, width),
                "video.is_depth_map": False,
                "video.fps": fps,
                "video.channels": 3,
                "has_audio": False,
            },
        }
    }
    names: dict[str, tuple[str, ...]] = {
        layout.ACTION: layout.ACTION_NAMES,
        layout.ROTATION: layout.ROTATION_NAMES,
        layout.LENGTH: ("length",),
        layout.TIME: ("time_s",),
    }
    for name, values in columns.items():
        features[name] = {
            "dtype": str(values.dtype),
            "shape": list(values.shape[1:]) or [1],
            "names": list(names[name]) if name in names else None,
        }
    return {
        "codebase_version": "v3.0",
        "robot_type": None,
        "total_episodes": len(lengths),
        "total_frames": sum(lengths),
        "total_tasks": 1,
        "chunks_size": layout.CHUNK_FILES,
        "data_files_size_in_mb": layout.DATA_FILE_MB,
        "video_files_size_in_mb": layout.VIDEO_FILE_MB,
        "fps": fps,
        "splits": {"train": f"0:{len(lengths)}"},
        "data_path": layout.DATA_PATH,
        "video_path": layout.VIDEO_PATH,
        "features": features,
    }


class EpisodeSpan(NamedTuple):
    """Where an episode stands.

    Attributes:
        episode: Its number.
        first: Number of its first frame among all.
        frames: Number of frames.
        data_file: Number of the file with its labels.
        video_file: Number of the file with its images.
        video_first: Number of its first frame in that file.
    """

    episode: int
    first: int
    frames: int
    data_file: int
    video_file: int
    video_first: int


def episode_row(
    span: EpisodeSpan, camera: str, rate: Fraction, task: str, statistics: Mapping[str, Statistics]
) -> dict[str, Any]:
    """Return an episode's row of `meta/episodes`.

    Args:
        span: Where it stands.
        camera: Name of the image feature.
        rate: Frames a second.
        task: What is done in it.
        statistics: Of its features.
    """
    video = f"videos/{camera}"
    row: dict[str, Any] = {
        "episode_index": span.episode,
        "tasks": [task],
        "length": span.frames,
        "data/chunk_index": span.data_file // layout.CHUNK_FILES,
        "data/file_index": span.data_file % layout.CHUNK_FILES,
        "dataset_from_index": span.first,
        "dataset_to_index": span.first + span.frames,
        f"{video}/chunk_index": span.video_file // layout.CHUNK_FILES,
        f"{video}/file_index": span.video_file % layout.CHUNK_FILES,
        f"{video}/from_timestamp": span.video_first / float(rate),
        f"{video}/to_timestamp": (span.video_first + span.frames) / float(rate),
    }
    for feature, values in statistics.items():
        row.update({f"stats/{feature}/{name}": value for name, value in values.items()})
    return {**row, "meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0}


def tasks_table(tasks: Sequence[str]) -> Any:
    """Return the table of tasks as pandas writes it, with the tasks as index: LeRobot looks them up there."""
    import pyarrow as pa

    index = "__index_level_0__"
    entry = {"pandas_type": "int64", "numpy_type": "int64", "metadata": None}
    text = {"pandas_type": "unicode", "numpy_type": "object", "metadata": None}
    pandas = {
        "index_columns": [index],
        "column_indexes": [{"name": None, "field_name": None, **text, "metadata": {"encoding": "UTF-8"}}],
        "columns": [
            {"name": "task_index", "field_name": "task_index", **entry},
            {"name": None, "field_name": index, **text},
        ],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.2.0",
    }
    table = pa.table({"task_index": pa.array(range(len(tasks)), pa.int64()), index: pa.array(tasks, pa.string())})
    return table.replace_schema_metadata({"pandas": json.dumps(pandas)})
