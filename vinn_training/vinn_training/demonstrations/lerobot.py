"""Reader of LeRobot data sets, version 3: parquet tables, and mp4 files that hold many episodes each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations import lerobot_layout as layout
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.lerobot_convention import CONVENTION_FILE, Convention, read_convention
from vinn_training.demonstrations.lerobot_info import LeRobotInfo, choose_camera, read_info, unknown_meaning
from vinn_training.demonstrations.relative_poses import unit_labels
from vinn_training.demonstrations.video_frames import VideoFrames
from vinn_training.exceptions import InvalidDemonstration, InvalidInput


def recognises(root: Path) -> bool:
    """Return whether a folder has LeRobot's `meta/info.json`, of any version."""
    return (root / layout.INFO_FILE).is_file()


def read(root: Path, options: ReaderOptions) -> Dataset:
    """Return the episodes of a data set.

    Data that VINN wrote is known by the names of `action`, and needs nothing else. What other data means has to be
    said in `meta/vinn_convention.json` (see `lerobot_convention`); the message says so and shows an example.

    Args:
        root: Folder with `meta/`, `data/` and `videos/`.
        options: `camera`, the name of the video feature; `horizon` for other people's data, 0 takes 1 frame.

    Raises:
        InvalidDemonstration: If the version is not 3, the camera or the meaning of the numbers cannot be told, or no
            episode can be used; the message names the file.
        InvalidInput: If a horizon is asked of data whose labels are directions already.
    """
    info = read_info(root)
    camera = choose_camera(root, info, options.camera)
    convention = None if info.is_ours else read_convention(root)
    if not info.is_ours and convention is None:
        raise InvalidDemonstration(unknown_meaning(root, info))
    if info.is_ours and options.horizon > 1:
        raise InvalidInput(f"{root}: horizon is {options.horizon}, but the labels are directions already; expected 0")
    episodes = _read_episodes(root, camera)
    sidecar = layout.read_sidecar(root) if info.is_ours else None
    if sidecar is not None and [episode.frames for episode in sidecar.episodes] != [row["length"] for row in episodes]:
        raise InvalidDemonstration(
            f"{root / layout.SIDECAR_FILE}: names other episodes than {layout.EPISODES_PATH.partition('/chunk')[0]} "
            "holds; remove it to read the data set without names and units"
        )
    source = _Source(root, info, camera, convention, options.horizon or 1)
    demonstrations, rejected = [], {}
    for number, row in enumerate(episodes):
        known = None if sidecar is None else sidecar.episodes[number]
        name = f"episode_{row['episode_index']:06d}" if known is None else known.name
        try:
            demonstrations.append(source.demonstration(name, row, known))
        except (InvalidDemonstration, InvalidInput) as error:
            rejected[name] = str(error)
    if not demonstrations:
        reason = next(iter(rejected.values()), "it has none")
        raise InvalidDemonstration(f"{root}: none of {len(rejected)} episodes can be used; the first: {reason}")
    return Dataset(
        root,
        "lerobot",
        tuple(sorted(demonstrations, key=lambda item: item.name)),
        None if sidecar is None else sidecar.crop,
        "LeRobot" if sidecar is None else sidecar.source,
        _meaning(info, camera, convention, sidecar, options.horizon or 1),
        rejected,
    )


def _read_episodes(root: Path, camera: str) -> list[dict[str, Any]]:
    """Return one row an episode, in order of their indices."""
    video = f"videos/{camera}"
    columns = [
        "episode_index", "length", "data/chunk_index", "data/file_index",
        f"{video}/chunk_index", f"{video}/file_index", f"{video}/from_timestamp",
    ]  # fmt: skip
    paths = sorted((root / "meta/episodes").rglob("*.parquet"))
    if not paths:
        raise InvalidDemonstration(f"{root / 'meta/episodes'}: holds no parquet files; expected the list of episodes")
    rows: list[dict[str, Any]] = []
    for path in paths:
        rows.extend(_read_table(path, columns).to_pylist())
    return sorted(rows, key=lambda row: int(row["episode_index"]))


def _read_table(path: Path, columns: list[str]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            missing = sorted(set(columns) - set(file.schema_arrow.names))
            if missing:
                raise InvalidDemonstration(
                    f"{path}: has no column {', '.join(missing)}; found {', '.join(file.schema_arrow.names)}"
                )
            return file.read(columns=columns)
    except FileNotFoundError as error:
        raise InvalidDemonstration(f"{path}: missing; expected a table") from error
    except (OSError, pa.ArrowException) as error:
        raise InvalidDemonstration(f"{path}: not a readable parquet file (is it truncated?): {error}") from error


class _Source:
    """The tables and videos of one data set; each table is read once, each video opened when asked for."""

    def __init__(self, root: Path, info: LeRobotInfo, camera: str, convention: Convention | None, horizon: int) -> None:
        self._root = root
        self._info = info
        self._camera = camera
        self._convention = convention
        self._horizon = horizon
        self._table: tuple[Path, dict[str, NDArray[Any]] | InvalidDemonstration] | None = None
        self._videos: dict[Path, tuple[VideoFrames, int | InvalidDemonstration]] = {}

    def demonstration(self, name: str, row: dict[str, Any], known: layout.SidecarEpisode | None) -> Demonstration:
        """Raise InvalidDemonstration or InvalidInput where the episode cannot be used."""
        values = self._values(row)
        times_s = np.asarray(values["timestamp"][:, 0], dtype=np.float64)
        load_image = self._images(row, times_s)
        if self._convention is None:
            return self._of_ours(name, values, load_image, known)
        tables = {feature: values[feature] for feature in self._info.numbers}
        labels = self._convention.convert(tables, self._info.numbers, self._horizon)
        directions, lengths = unit_labels(labels.translations)
        count = len(directions)
        return Demonstration(
            name=name,
            frame_names=tuple(f"{index:06d}" for index in range(count)),
            directions=directions,
            gripper=labels.gripper[:count].astype(np.float32),
            load_image=load_image,
            rotations_rad=None if labels.rotations_rad is None else labels.rotations_rad.astype(np.float32),
            lengths=lengths,
            times_s=times_s[:count],
        )

    def _of_ours(
        self,
        name: str,
        values: dict[str, NDArray[Any]],
        load_image: Callable[[int], ImageArray],
        known: layout.SidecarEpisode | None,
    ) -> Demonstration:
        action = values[layout.ACTION]

        def taken(feature: str, is_known: bool | None) -> NDArray[Any] | None:
            table = values.get(feature)
            # Without the sidecar, zeros only are taken for what they stand for: not known.
            if table is None or is_known is False or (is_known is None and not table.any()):
                return None
            return table

        rotations = taken(layout.ROTATION, None if known is None else known.rotations)
        lengths = taken(layout.LENGTH, None if known is None else known.lengths)
        times_s = taken(layout.TIME, None if known is None else known.times)
        return Demonstration(
            name=name,
            frame_names=tuple(f"{index:06d}" for index in range(len(action))),
            directions=action[:, :3],
            gripper=action[:, 3],
            load_image=load_image,
            rotations_rad=rotations,
            lengths=None if lengths is None else lengths[:, 0],
            times_s=None if times_s is None else times_s[:, 0],
        )

    def _values(self, row: dict[str, Any]) -> dict[str, NDArray[Any]]:
        """Return an episode's rows of every feature of numbers, (T, D) each."""
        path = self._root / self._info.data_path.format(
            chunk_index=row["data/chunk_index"], file_index=row["data/file_index"]
        )
        if self._table is None or self._table[0] != path:
            try:
                self._table = (path, self._read_numbers(path))
            except InvalidDemonstration as error:
                self._table = (path, error)
        table = self._table[1]
        if isinstance(table, InvalidDemonstration):
            raise table
        mine = np.flatnonzero(table["episode_index"][:, 0] == row["episode_index"])
        frames = table["frame_index"][mine, 0]
        if len(mine) != row["length"] or not np.array_equal(frames, np.arange(len(mine))):
            raise InvalidDemonstration(
                f"{path}: holds {len(mine)} rows of episode {row['episode_index']}; expected {row['length']}, with "
                "frame_index rising from 0"
            )
        return {feature: values[mine] for feature, values in table.items()}

    def _read_numbers(self, path: Path) -> dict[str, NDArray[Any]]:
        table = _read_table(path, list(self._info.numbers))
        values = {}
        for feature in self._info.numbers:
            column = table.column(feature).combine_chunks()
            width = int(np.prod(self._info.features[feature].get("shape", [1])))
            nested = hasattr(column, "flatten") and column.type.num_fields > 0
            flat = (column.flatten() if nested else column).to_numpy(zero_copy_only=False)
            if len(flat) != table.num_rows * width:
                raise InvalidDemonstration(
                    f"{path}: feature {feature} has {len(flat)} numbers in {table.num_rows} rows; expected {width} each"
                )
            values[feature] = flat.reshape(table.num_rows, width)
        return values

    def _images(self, row: dict[str, Any], times_s: NDArray[np.float64]) -> Callable[[int], ImageArray]:
        video = f"videos/{self._camera}"
        path = self._root / self._info.video_path.format(
            video_key=self._camera, chunk_index=row[f"{video}/chunk_index"], file_index=row[f"{video}/file_index"]
        )
        if path not in self._videos:
            frames = VideoFrames(path)
            try:
                self._videos[path] = (frames, frames.count_cheaply())
            except InvalidDemonstration as error:
                self._videos[path] = (frames, error)
        frames, whole = self._videos[path]
        if isinstance(whole, InvalidDemonstration):
            raise whole
        begin_s = float(row[f"{video}/from_timestamp"])
        wanted = round(begin_s * self._info.fps) + int(row["length"])
        if wanted > whole:
            raise InvalidDemonstration(
                f"{path}: has {whole} whole frames, but episode {row['episode_index']} needs {wanted}, from "
                f"{begin_s:.3f} s on: the file is truncated, or does not belong to these labels"
            )

        def load_image(index: int) -> ImageArray:
            return frames.load(frames.index_at(begin_s + float(times_s[index])))

        return load_image


def _meaning(
    info: LeRobotInfo, camera: str, convention: Convention | None, sidecar: layout.Sidecar | None, horizon: int
) -> dict[str, Any]:
    meaning: dict[str, Any] = {"camera": camera, "rate_hz": info.fps}
    if convention is None:
        return {
            **meaning,
            "frame": "x right, y down, z forward, of the camera",
            "unit": "unit length",
            "length_unit": "unknown" if sidecar is None else sidecar.length_unit,
            "gripper": {"meaning": "opening"},
        }
    return {
        **meaning,
        "frame": f"x right, y down, z forward, of the camera: by {CONVENTION_FILE} from a {convention.motion}, the "
        f"camera's axes being {convention.camera_axes.tolist()} (right, down, forward) in the body's",
        "unit": "directions made unit length",
        "length_unit": convention.length_unit,
        "horizon_frames": horizon,
        "gripper": {"meaning": "opening", "closed": convention.closed, "open": convention.open},
    }
