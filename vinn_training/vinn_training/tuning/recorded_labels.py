"""Which frames of a session are compared, and what really happened in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration, FloatArray, GripperState, ImageArray
from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.demonstrations.bag_gripper import read_gripper
from vinn_training.demonstrations.bag_messages import TYPES, Messages
from vinn_training.demonstrations.bag_poses import read_camera_poses
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.demonstrations.pose_tracks import Poses
from vinn_training.demonstrations.resampling import keep_at_rate, steps_between
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.replay.message_definitions import complete_definitions
from vinn_training.replay.session import Session, SessionOptions

FrameChoice = Literal["auto", "steps", "all"]

#: Times in seconds of this century are at least this exact in float64.
_TIME_TOLERANCE_NS = 1000
#: Fewer steps than this say nothing.
_LEAST_STEPS = 3


@dataclass(frozen=True, eq=False)
class RecordedLabels:
    """The frames that are compared, and what happened in them.

    Attributes:
        stamps_ns: (T,) int64, of the images.
        times_ns: (T,) int64, when they were taken, by the clock that the options choose.
        load_image: Returns frame t's image.
        directions: (T, 3) float64, unit, or zero at rest, camera optical frame; None where it is not known.
        lengths_m: (T,) float64, or None.
        gripper: (T,) float32 openings; None where nothing but the policy's own word is recorded, or not even that.
        gripper_problem: Why there are no openings, empty otherwise.
        are_steps: Whether the frames are those that the bridge answered with a motion.
    """

    stamps_ns: NDArray[np.int64]
    times_ns: NDArray[np.int64]
    load_image: Callable[[int], ImageArray]
    directions: NDArray[np.float64] | None = None
    lengths_m: NDArray[np.float64] | None = None
    gripper: FloatArray | None = None
    gripper_problem: str = ""
    are_steps: bool = False


def labels_of(session: Session, options: SessionOptions, frames: FrameChoice) -> RecordedLabels:
    """Return the frames to compare.

    Args:
        session: The bag's.
        options: That it was read with.
        frames: See `recording.read_recording`.

    Raises:
        InvalidInput: If `frames` is unknown.
        InvalidDemonstration: If steps are asked for and the bag has none.
    """
    if frames not in ("auto", "steps", "all"):
        raise InvalidInput(f"frames is {frames!r}; expected auto, steps or all")
    if frames == "steps" or (frames == "auto" and not options.rate_hz and not options.horizon):
        try:
            return _with_gripper(session, options, _steps(session, options))
        except InvalidDemonstration:
            if frames == "steps":
                raise
    demonstration = session.demonstration
    labels = _without_motion(session, options) if demonstration is None else _demonstrated(session, demonstration)
    return _with_gripper(session, options, labels)


def _with_gripper(session: Session, options: SessionOptions, labels: RecordedLabels) -> RecordedLabels:
    """Return the labels with the openings that the bag tells; a step's command tells its own."""
    if labels.gripper is not None:
        return labels
    gripper = read_gripper(_messages(session, options), options.bag, labels.times_ns)
    if not gripper.is_known:
        return replace(labels, gripper_problem=f"what the gripper did is not recorded ({gripper.source})")
    return replace(labels, gripper=gripper.openings)


def _steps(session: Session, options: SessionOptions) -> RecordedLabels:
    """Return the images that the bridge answered with a motion; the last of them has none that can be measured.

    Raises:
        InvalidDemonstration: If there are too few, or no poses.
    """
    # One image may be answered by many commands, of which the first counts; a stop is no answer.
    answers = {command.stamp_ns: command.gripper for command in reversed(session.commands) if not command.stopped}
    frames = [frame for frame in session.frames if frame.stamp_ns in answers and session.has_stamps]
    if len(frames) < _LEAST_STEPS:
        raise InvalidDemonstration(
            f"{session.path}: the bridge answered {len(frames)} of its images with a motion; expected "
            f"{_LEAST_STEPS} or more, or --frames all"
        )
    receipt = options.bag.clock == "receive"
    times = np.array([frame.received_ns if receipt else frame.stamp_ns for frame in frames], dtype=np.int64)
    camera = read_camera_poses(_messages(session, options), options.bag, times, session.image_frame_id)
    usable = np.flatnonzero(camera.usable)
    if len(usable) < _LEAST_STEPS:
        raise InvalidDemonstration(f"{session.path}: {len(usable)} of {len(frames)} steps have a pose")
    steps = steps_between(
        Poses(camera.poses.positions_m[usable], camera.poses.rotations[usable]), 1, options.bag.rest_m
    )
    from_commands = options.bag.gripper in ("auto", "command")
    kept = [frames[index] for index in usable[:-1]]
    return RecordedLabels(
        stamps_ns=np.array([frame.stamp_ns for frame in kept], dtype=np.int64),
        times_ns=times[usable[:-1]],
        load_image=lambda index: kept[index].read(),
        directions=steps.directions[:-1].astype(np.float64),
        lengths_m=steps.lengths_m[:-1].astype(np.float64),
        gripper=_told([answers[frame.stamp_ns] for frame in kept]) if from_commands else None,
        are_steps=True,
    )


def _told(states: list[GripperState]) -> FloatArray:
    """Return the openings that commands ask for; one that asks for none leaves it as it was, at first open."""
    openings, last = [], 1.0
    for state in states:
        last = {GripperState.OPEN: 1.0, GripperState.CLOSED: 0.0}.get(state, last)
        openings.append(last)
    return np.array(openings, dtype=np.float32)


def _demonstrated(session: Session, demonstration: Demonstration) -> RecordedLabels:
    assert demonstration.times_s is not None  # bags have times
    times = np.round(demonstration.times_s * 1e9).astype(np.int64)
    lengths = demonstration.lengths
    return RecordedLabels(
        _stamps_at(session, times),
        times,
        demonstration.load_image,
        demonstration.directions.astype(np.float64),
        None if lengths is None else lengths.astype(np.float64),
    )


def _without_motion(session: Session, options: SessionOptions) -> RecordedLabels:
    """Return the frames of a bag that does not tell how the camera moved."""
    stamps = np.array([frame.stamp_ns for frame in session.frames], dtype=np.int64)
    kept = keep_at_rate(stamps, options.rate_hz)
    frames = [session.frames[index] for index in kept]
    receipt = options.bag.clock == "receive"
    times = np.array([frame.received_ns if receipt else frame.stamp_ns for frame in frames], dtype=np.int64)
    return RecordedLabels(stamps[kept], times, lambda index: frames[index].read())


def _messages(session: Session, options: SessionOptions) -> Messages:
    bag = Bag(find_bags(session.path)[0], TYPES)
    complete_definitions(bag, options.messages)
    return Messages(bag, options.bag.clock)


def _stamps_at(session: Session, times_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the stamps of images taken at these times, which are stamps or times of receipt, rounded a little."""
    stamps = np.array([frame.stamp_ns for frame in session.frames], dtype=np.int64)
    found = times_ns.copy()
    for known in (np.array([frame.received_ns for frame in session.frames], dtype=np.int64), stamps):
        order = np.argsort(known, kind="stable")
        place = np.searchsorted(known[order], times_ns - _TIME_TOLERANCE_NS).clip(0, len(order) - 1)
        near = np.abs(known[order][place] - times_ns) <= _TIME_TOLERANCE_NS
        found[near] = stamps[order][place][near]
    return found
