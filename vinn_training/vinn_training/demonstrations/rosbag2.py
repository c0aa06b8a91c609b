"""Reader of rosbag2 bags (sqlite3 and MCAP): each bag is one demonstration. No ROS is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.bag_files import BagFiles, find_bags, holds_bags
from vinn_training.demonstrations.bag_gripper import read_gripper
from vinn_training.demonstrations.bag_images import ImageSeries, read_images, spacing_s
from vinn_training.demonstrations.bag_messages import TYPES, Messages, clock_note
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.demonstrations.bag_poses import CameraPoses, read_camera_poses
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.pose_tracks import Poses, TimeArray
from vinn_training.demonstrations.resampling import Steps, keep_at_rate, steps_between
from vinn_training.exceptions import InvalidDemonstration, InvalidInput, MissingDependency

#: A frame whose target is this much later than the rate says is left out: its motion skips what nobody saw.
_LONGEST_STEP_S = 1.0
_LONGEST_STEP_PERIODS = 3.0


def recognises(root: Path) -> bool:
    """Return whether `root` is a bag or a folder of bags: storage files, or metadata.yaml of rosbag2."""
    return holds_bags(root)


def read(root: Path, options: ReaderOptions) -> Dataset:
    """Return one demonstration for each bag; bags that cannot be used are set aside with the reason.

    Args:
        root: A bag's folder, its storage file, or a folder of bags.
        options: `camera` is the image topic, `rate_hz` the images to keep a second, `horizon` the kept images ahead
            to which motion is measured (0: the next), `bag` where poses and gripper come from.
    """
    demonstrations: list[Demonstration] = []
    summaries: dict[str, Any] = {}
    rejected: dict[str, str] = {}
    for files in find_bags(root):
        try:
            demonstration, summary = _read_bag(files, options)
        except (InvalidDemonstration, InvalidInput) as error:
            text = str(error)
            rejected[files.name] = text if str(files.path) in text else f"{files.path}: {text}"
            continue
        demonstrations.append(demonstration)
        summaries[files.name] = summary
    return Dataset(
        root=root,
        format="rosbag2",
        demonstrations=tuple(demonstrations),
        source=f"rosbag2 {'bag' if len(summaries) + len(rejected) == 1 else 'bags'} {root.name}",
        meaning={
            "frame": "wrist camera's optical frame (x right, y down, z forward)",
            "length_unit": "m",
            "gripper": "opening, 0 closed to 1 open",
            "horizon": options.horizon or 1,
            "rate_hz": options.rate_hz or "every image",
            "rest_m": options.bag.rest_m,
            "bags": summaries,
        },
        rejected=rejected,
    )


def _read_bag(files: BagFiles, options: ReaderOptions) -> tuple[Demonstration, dict[str, Any]]:
    bag_options = options.bag
    bag = Bag(files, TYPES)
    messages = Messages(bag, bag_options.clock)
    images = read_images(messages, options.camera)
    camera = _camera_poses(messages, bag_options, images)
    usable = np.flatnonzero(camera.usable)
    if len(usable) < 2:
        raise InvalidDemonstration(
            f"{bag.path}: {len(usable)} of {len(images.refs)} images have a pose ({camera.source}; "
            f"left out: {camera.dropped or 'none'}{_clock_hint(messages)}); expected at least two"
        )
    kept = usable[keep_at_rate(images.times_ns[usable], options.rate_hz)]
    horizon = options.horizon or 1
    poses = Poses(camera.poses.positions_m[kept], camera.poses.rotations[kept])
    steps = steps_between(poses, horizon, bag_options.rest_m)
    whole = _without_gaps(images.times_ns[kept], steps, horizon)
    kept = kept[whole]
    gripper = read_gripper(messages, bag_options, images.times_ns[kept])
    refs = images.refs
    demonstration = Demonstration(
        name=files.name,
        frame_names=tuple(f"{number:06d}" for number in range(len(kept))),
        directions=steps.directions[whole],
        gripper=gripper.openings,
        load_image=_Loader(images, tuple(int(index) for index in kept)),
        rotations_rad=steps.rotations_rad[whole],
        lengths=steps.lengths_m[whole],
        times_s=images.times_ns[kept] * 1e-9,
    )
    dropped = {**images.dropped, **camera.dropped}
    if not whole.all():
        dropped["before a gap in the images"] = int((~whole).sum())
    at_rate = len(usable) - len(whole)
    clock = clock_note(messages.clock_offsets_s)
    summary = {
        "topic": images.topic,
        "frame_id": images.frame_id,
        "images": len(bag.topics[images.topic].refs),
        "frames": len(kept),
        "at_rest": int((~steps.directions[whole].any(axis=1)).sum()),
        "left_out_for_rate": at_rate,
        "dropped": dropped,
        "poses": camera.source,
        "gripper": gripper.source,
        "median_step_m": round(float(np.median(steps.lengths_m[whole])), 5),
        "median_period_s": round(spacing_s(images.times_ns[kept]), 4),
        "longest_gap_s": {images.topic: _longest_s(images.times_ns), **camera.longest_gap_s},
        "stamp_to_receipt_s": messages.clock_offsets_s,
        "problems": list(bag.problems),
        "notes": list(dict.fromkeys([*messages.notes, *([clock] if clock else [])])),
    }
    assert len(refs) >= len(kept)
    return demonstration, summary


class _Loader:
    """Loads a demonstration's pictures; unlike a closure it can be sent to other processes."""

    def __init__(self, images: ImageSeries, kept: tuple[int, ...]) -> None:
        self._images = images
        self._kept = kept

    def __call__(self, index: int) -> Any:
        return self._images.load(self._kept[index])


def _camera_poses(messages: Messages, options: BagOptions, images: ImageSeries) -> CameraPoses:
    try:
        return read_camera_poses(messages, options, images.times_ns, images.frame_id)
    except ModuleNotFoundError as error:
        if error.name != "pinocchio":
            raise
        raise MissingDependency(
            f"{messages.bag.path}: forward kinematics needs the package 'pin'; "
            "install it with: pip install 'vinn_training[kinematics]'"
        ) from error


def _without_gaps(times_ns: TimeArray, steps: Steps, horizon: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which frames have their target as soon as the rate promises."""
    ahead_s = (times_ns[steps.targets] - times_ns) * 1e-9
    return np.asarray(ahead_s <= max(_LONGEST_STEP_S, _LONGEST_STEP_PERIODS * spacing_s(times_ns) * horizon))


def _longest_s(times_ns: TimeArray) -> float:
    return round(float(np.diff(times_ns).max()) * 1e-9, 4) if len(times_ns) > 1 else 0.0


def _clock_hint(messages: Messages) -> str:
    note = clock_note(messages.clock_offsets_s)
    return f"; {note}" if note else ""
