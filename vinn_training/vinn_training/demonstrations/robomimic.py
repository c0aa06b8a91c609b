"""Reader of robomimic's HDF5 files of robosuite demonstrations; what the actions mean is in `robomimic_frame`.

Only the camera on the hand can be used: in a camera that stands still, the picture does not tell where the hand's own
forward is, and VINN's actions are told in the axes of the camera that moves. The gripper's action is -1 open and
+1 closed in robosuite. Pictures are stored upright by robomimic.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.relative_poses import unit_labels
from vinn_training.demonstrations.robomimic_frame import (
    Agreement,
    Controller,
    camera_mount,
    motions_in_camera,
    read_controller,
)
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

SUFFIXES = (".hdf5", ".h5")
HAND_CAMERA = "robot0_eye_in_hand_image"
HAND_QUATERNION = "robot0_eef_quat"
HAND_POSITION = "robot0_eef_pos"
ACTION_SIZE = 7

#: Compressed images are stored in pieces of several frames; those under way are kept unpacked.
_PIECES_BYTES = 32 * 1024 * 1024


def recognises(root: Path) -> bool:
    """Return whether `root` is an HDF5 file, or a folder with such files."""
    return bool(_files(root))


def _files(root: Path) -> list[Path]:
    if root.is_dir():
        return sorted(path for path in root.iterdir() if path.suffix.lower() in SUFFIXES)
    return [root] if root.suffix.lower() in SUFFIXES else []


def read(root: Path, options: ReaderOptions) -> Dataset:
    """Return the episodes of a file, in order of their numbers.

    Args:
        root: The file, or a folder with one.
        options: `camera`, with or without "_image"; empty takes the one on the hand. `horizon`: actions whose motions
            are added up; 0 takes 1.

    Raises:
        InvalidDemonstration: If the file cannot be read, has no such camera, its actions cannot be told in the
            camera's axes, or no episode can be used; the message names the file.
    """
    import h5py

    files = _files(root)
    if len(files) > 1:
        raise InvalidDemonstration(f"{root}: holds several files; name one of: {', '.join(map(str, files))}")
    path = files[0]
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise InvalidDemonstration(f"{path}: not a readable HDF5 file (is it truncated?): {error}") from error
    with file:
        try:
            return _read(root, path, file, options)
        except InvalidInput as error:
            raise InvalidDemonstration(f"{path}: {error}") from error
        except OSError as error:
            raise InvalidDemonstration(f"{path}: damaged: {error}") from error


def _read(root: Path, path: Path, file: Any, options: ReaderOptions) -> Dataset:
    data = file.get("data")
    names = sorted((name for name in data or () if re.fullmatch(r"demo_\d+", name)), key=lambda name: int(name[5:]))
    if not names:
        raise InvalidDemonstration(f"{path}: has no episodes data/demo_0, ...; expected a file of robomimic")
    controller = read_controller(data.attrs.get("env_args"))
    camera = _choose_camera(path, data, names, options.camera)
    images = _ImageFile(path)
    horizon = options.horizon or 1
    agreement = Agreement()
    demonstrations, rejected = [], {}
    for name in names:
        try:
            episode = _Episode(data[name], camera)
            labels = episode.demonstration(name, controller, horizon, images)
            episode.compare(agreement)
        except (InvalidInput, OSError) as error:
            rejected[name] = f"{path}: {name}: {error}"
        else:
            demonstrations.append(labels)
    if not demonstrations:
        raise InvalidDemonstration(
            f"none of {len(rejected)} episodes can be used; the first: {next(iter(rejected.values()))}"
        )
    meaning = {
        "frame": "actions in fixed axes, turned into the axes of the camera on the hand (x right, y down, z forward) "
        f"with obs/{HAND_QUATERNION} and the camera's mount; translations of the grip point",
        "unit": "directions made unit length; lengths are the metres that the actions ask for",
        "length_unit": "m",
        "rate_hz": controller.rate_hz,
        "horizon_frames": horizon,
        "camera": camera,
        "robot": controller.robot,
        "gripper": {"meaning": "opening", "open": -1, "closed": 1},
        "action_agreement": agreement.check(),
        "splits": _splits(file, names),
    }
    return Dataset(root, "robomimic", tuple(demonstrations), None, "robomimic", meaning, rejected)


def _choose_camera(path: Path, data: Any, names: list[str], asked: str) -> str:
    observations = {key: data[name]["obs"][key] for name in names if "obs" in data[name] for key in data[name]["obs"]}
    cameras = sorted(key for key, value in observations.items() if value.ndim == 4 and value.dtype == np.uint8)
    found = f"found the cameras {', '.join(cameras)}" if cameras else "found no images (uint8, N x H x W x 3) at all"
    if not cameras:
        raise InvalidDemonstration(
            f"{path}: {found} in obs; make them with robomimic's dataset_states_to_obs.py and the camera "
            f"{HAND_CAMERA.removesuffix('_image')}"
        )
    camera = asked or HAND_CAMERA
    if camera not in cameras and f"{camera}_image" in cameras:
        camera = f"{camera}_image"
    if camera not in cameras:
        raise InvalidDemonstration(f"{path}: has no camera {camera!r}; {found}")
    if camera != HAND_CAMERA:
        raise InvalidDemonstration(
            f"{path}: camera {camera!r} is not on the hand, and in its axes the actions are not known; expected "
            f"{HAND_CAMERA}; {found}"
        )
    return camera


def _splits(file: Any, names: list[str]) -> dict[str, list[str]]:
    """Return robomimic's masks: name to names of episodes."""
    splits = {}
    for mask, members in file["mask"].items() if "mask" in file else ():
        listed = {item.decode() if isinstance(item, bytes) else str(item) for item in members[()]}
        splits[str(mask)] = [name for name in names if name in listed]
    return splits


class _Episode:
    """The numbers of one episode, checked."""

    def __init__(self, group: Any, camera: str) -> None:
        self._camera = camera
        self._actions = _numbers(group, "actions", ACTION_SIZE)
        count = len(self._actions)
        if count == 0:
            raise InvalidInput("has no frames")
        samples = group.attrs.get("num_samples", count)
        if samples != count:
            raise InvalidInput(f"has {count} actions; num_samples says {samples}")
        if np.abs(self._actions).max() > 1.0 + 1e-4:
            row = int(np.argmax(np.abs(self._actions).max(axis=1)))
            raise InvalidInput(f"frame {row}: action {self._actions[row].tolist()}; expected numbers in [-1, 1]")
        observations = group.get("obs", {})
        self._quaternions = _numbers(observations, HAND_QUATERNION, 4)
        self._positions = _numbers(observations, HAND_POSITION, 3) if HAND_POSITION in observations else None
        pictures = observations.get(camera)
        shape = None if pictures is None else pictures.shape
        if shape is None or len(shape) != 4 or shape[3] != 3 or pictures.dtype != np.uint8:
            raise InvalidInput(f"obs/{camera} has shape {shape}; expected {count} RGB images of uint8")
        for name, length in (("obs/" + camera, shape[0]), ("obs/" + HAND_QUATERNION, len(self._quaternions))):
            if length != count:
                raise InvalidInput(f"{name} has {length} frames; expected {count}, one for each action")
        model = group.attrs.get("model_file")
        self._model = model.decode() if isinstance(model, bytes) else model

    def demonstration(self, name: str, controller: Controller, horizon: int, images: _ImageFile) -> Demonstration:
        mount = camera_mount(self._model, self._camera.removesuffix("_image"), controller.robot)
        actions = np.clip(self._actions, -1.0, 1.0)
        moved, turned = motions_in_camera(actions, self._quaternions, mount, controller.scale, horizon)
        directions, lengths = unit_labels(moved)
        count = len(directions)
        opening = 0.5 * (1.0 - actions[horizon - 1 :, 6])
        return Demonstration(
            name=name,
            frame_names=tuple(f"{index:06d}" for index in range(count)),
            directions=directions,
            gripper=opening.astype(np.float32),
            load_image=lambda index: images.load(f"data/{name}/obs/{self._camera}", index),
            rotations_rad=turned.astype(np.float32),
            lengths=lengths,
            times_s=None if controller.rate_hz is None else np.arange(count) / controller.rate_hz,
        )

    def compare(self, agreement: Agreement) -> None:
        if self._positions is not None and len(self._positions) == len(self._actions):
            agreement.add(self._actions, self._positions)


def _numbers(group: Mapping[str, Any], name: str, width: int) -> NDArray[np.float64]:
    if name not in group:
        raise InvalidInput(f"has no {name}; found {', '.join(sorted(group)) or 'nothing'}")
    values = np.asarray(group[name][()], dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != width:
        raise InvalidInput(f"{name} has shape {values.shape}; expected (N, {width})")
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        raise InvalidInput(f"{name}, frame {int(np.flatnonzero(bad)[0])}: not a finite number")
    return values


class _ImageFile:
    """Images of one file on demand: one open file however many threads read, one set of images open at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._process = -1
        self._file: Any = None
        self._open: tuple[str, Any] = ("", None)

    def load(self, place: str, index: int) -> ImageArray:
        """Return (H, W, 3) uint8 RGB.

        Raises:
            InvalidDemonstration: If the image cannot be read; the message names file, place and frame.
        """
        import h5py

        # HDF5 is no safe company for itself across a fork: a forked process opens the file anew.
        if self._process != os.getpid():
            self._lock, self._process = threading.Lock(), os.getpid()
            self._file, self._open = None, ("", None)
        with self._lock:
            try:
                if self._file is None:
                    self._file = h5py.File(self._path, "r", rdcc_nbytes=_PIECES_BYTES)
                if self._open[0] != place:
                    self._open = (place, self._file[place])
                return np.asarray(self._open[1][index], dtype=np.uint8)
            except (OSError, KeyError, ValueError, IndexError) as error:
                raise InvalidDemonstration(f"{self._path}: {place}, frame {index}: cannot be read: {error}") from error
