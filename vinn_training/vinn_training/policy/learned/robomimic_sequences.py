"""robomimic's HDF5 files as sequence episodes: its cameras, its low-dimensional observations, its own actions.

Unlike the reader of demonstrations, nothing is turned into the camera's axes: a policy of its own learns robosuite's
seven numbers as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.exceptions import InvalidDemonstration, InvalidInput, MissingDependency
from vinn_training.policy.learned.sequences import SequenceEpisode

CAMERAS = ("agentview_image", "robot0_eye_in_hand_image")
STATES = ("robot0_eef_pos", "robot0_eef_quat", "robot0_gripper_qpos")


def read_sequences(
    path: Path, cameras: Sequence[str] = CAMERAS, states: Sequence[str] = STATES
) -> tuple[SequenceEpisode, ...]:
    """Return the episodes of a file in order of their numbers, images in memory.

    Args:
        path: HDF5 file with data/demo_0, ...
        cameras: Observations that are images, uint8 (T, H, W, 3).
        states: Observations that are numbers, (T, n); they are laid side by side in this order.

    Raises:
        InvalidDemonstration: If the file cannot be read, or an episode lacks something; the message names it.
        MissingDependency: If h5py is not installed.
    """
    try:
        import h5py
    except ModuleNotFoundError as error:
        raise MissingDependency("robomimic's files need h5py; install it with: pip install h5py") from error
    try:
        with h5py.File(path, "r") as file:
            data = file.get("data", {})
            names = sorted((name for name in data if re.fullmatch(r"demo_\d+", name)), key=lambda name: int(name[5:]))
            if not names:
                raise InvalidDemonstration(f"{path}: has no episodes data/demo_0, ...; expected a file of robomimic")
            return tuple(_episode(path, name, data[name], cameras, states) for name in names)
    except OSError as error:
        raise InvalidDemonstration(f"{path}: not a readable HDF5 file (missing or truncated?): {error}") from error


def _episode(path: Path, name: str, group: Any, cameras: Sequence[str], states: Sequence[str]) -> SequenceEpisode:
    observations = group.get("obs", {})
    missing = [key for key in (*cameras, *states) if key not in observations]
    if missing or "actions" not in group:
        found = ", ".join(sorted(observations)) or "nothing"
        raise InvalidDemonstration(
            f"{path}: {name} has no {', '.join([f'obs/{key}' for key in missing] or ['actions'])}; found in obs: "
            f"{found}"
        )
    try:
        return SequenceEpisode(
            name,
            np.asarray(group["actions"][()], dtype=np.float32),
            _states(observations, states, len(group["actions"])),
            {key: _images(observations[key], key) for key in cameras},
        )
    except InvalidInput as error:
        raise InvalidDemonstration(f"{path}: {error}") from error


def _states(observations: Any, keys: Sequence[str], count: int) -> FloatArray:
    parts = []
    for key in keys:
        values = np.asarray(observations[key][()], dtype=np.float32)
        if len(values) != count:
            raise InvalidInput(f"obs/{key} has {len(values)} frames; expected {count}, as actions")
        parts.append(values.reshape(count, -1))
    return np.concatenate([np.zeros((count, 0), dtype=np.float32), *parts], axis=1)


def _images(values: Any, key: str) -> ImageArray:
    if values.ndim != 4 or values.shape[3] != 3 or values.dtype != np.uint8:
        raise InvalidInput(f"obs/{key} has shape {values.shape} of {values.dtype}; expected (T, H, W, 3) uint8")
    return np.asarray(values[()], dtype=np.uint8)
