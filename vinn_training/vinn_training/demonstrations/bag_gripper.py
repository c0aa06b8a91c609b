"""The gripper's opening at each image of a bag: what was commanded, or else what was measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vinn_training.contracts import FloatArray, GripperState
from vinn_training.demonstrations.bag_messages import (
    ACTION,
    COMMAND,
    JOINT_STATE,
    TEXT,
    VECTOR,
    Messages,
    joint_positions,
)
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.demonstrations.pose_tracks import FloatArray64, TimeArray, bracket, sort_samples
from vinn_training.demonstrations.resampling import interpolate
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import LAYOUTS, decode

#: What the driver takes the arm for where the bag does not say; the vector's length must fit.
_USUAL_TOOL = "tool_stretch_dex_wrist"

_TAKEN_FOR_OPEN, _SAID_BY_POLICY = "taken for open", "actions of the policy"


class GripperSeries(NamedTuple):
    """Openings at N images.

    Attributes:
        openings: (N,) float32, 0 closed to 1 open.
        source: Where they come from, for people.
    """

    openings: FloatArray
    source: str

    @property
    def is_known(self) -> bool:
        """Whether the bag says what the gripper did, not only what the policy said, or nothing."""
        return knows_gripper(self.source)


class _Samples(NamedTuple):
    times_ns: TimeArray
    openings: FloatArray64
    source: str


def knows_gripper(source: str) -> bool:
    """Return whether a series of this source says what the gripper did, not only what the policy said, or nothing."""
    return _TAKEN_FOR_OPEN not in source and _SAID_BY_POLICY not in source


def read_gripper(messages: Messages, options: BagOptions, times_ns: TimeArray) -> GripperSeries:
    """Return the gripper's opening at each image.

    Commands go first: fingers that hold something are measured half open. A command holds until the next one; before
    the first command, the measured finger counts.

    Args:
        messages: The bag's.
        options: Which source, and the finger's angles.
        times_ns: (N,) int64, when the images were taken.

    Raises:
        InvalidDemonstration: If the bag lacks the source that was asked for.
    """
    wanted = options.gripper
    if wanted == "none":
        return GripperSeries(np.ones(len(times_ns), np.float32), f"not read: {_TAKEN_FOR_OPEN}")
    sources: list[tuple[str, Callable[[Messages, BagOptions], _Samples | None]]] = [
        ("command", _from_commands),
        ("command", _from_driver_vectors),
        ("joint", _from_finger),
        ("action", _from_actions),
    ]
    found = [
        (kind, samples)
        for kind, read in sources
        if wanted in ("auto", kind) and (samples := _try(read, messages, options)) is not None
    ]
    if not found:
        if wanted != "auto":
            raise InvalidDemonstration(
                f"{messages.bag.path}: no gripper opening by '{wanted}'; the bag has: {messages.bag.describe_topics()}"
            )
        messages.notes.append("nothing says what the gripper does: it is taken for open")
        return GripperSeries(np.ones(len(times_ns), np.float32), f"unknown: {_TAKEN_FOR_OPEN}")
    kind, samples = found[0]
    if kind == "joint":
        return GripperSeries(_between(samples, times_ns), samples.source)
    openings = _held(samples, times_ns)
    before = times_ns < samples.times_ns[0]
    measured = next((other for other_kind, other in found if other_kind == "joint"), None)
    if before.any() and measured is not None:
        openings = np.where(before, _between(measured, times_ns), openings).astype(np.float32)
        return GripperSeries(openings, f"{samples.source}, before the first {measured.source}")
    return GripperSeries(openings, samples.source)


def _try(
    read: Callable[[Messages, BagOptions], _Samples | None], messages: Messages, options: BagOptions
) -> _Samples | None:
    try:
        return read(messages, options)
    except InvalidDemonstration as error:  # a message type that the bag does not define
        messages.notes.append(f"gripper: {error}")
        return None


def _from_commands(messages: Messages, options: BagOptions) -> _Samples | None:
    def opening(message: Any) -> float | None:
        states = {GripperState.OPEN: 1.0, GripperState.CLOSED: 0.0}
        return None if message.stopped else states.get(message.gripper.state)

    return _collect(messages, COMMAND, "commands of the bridge", opening)


def _from_actions(messages: Messages, options: BagOptions) -> _Samples | None:
    return _collect(messages, ACTION, _SAID_BY_POLICY, lambda message: float(message.gripper_opening))


def _from_driver_vectors(messages: Messages, options: BagOptions) -> _Samples | None:
    tools = [topic for topic in messages.topics_of(TEXT) if topic.name.rsplit("/", 1)[-1] == "tool"]
    tool = str(messages.series(tools[0], stamped=False).messages[-1].data) if tools else _USUAL_TOOL

    def opening(message: Any) -> float | None:
        if tool not in LAYOUTS:
            return None
        try:
            finger_rad = decode(tool, list(message.data)).get(joints.FINGER_LEFT)
        except InvalidInput:
            return None
        return None if finger_rad is None else _opening(finger_rad, options)

    return _collect(messages, VECTOR, "commands of the driver", opening, "joint_pose_cmd")


def _from_finger(messages: Messages, options: BagOptions) -> _Samples | None:
    def opening(message: Any) -> float | None:
        try:
            finger_rad = joint_positions(message).get(joints.FINGER_LEFT)
        except InvalidInput:
            return None
        return None if finger_rad is None else _opening(finger_rad, options)

    return _collect(messages, JOINT_STATE, "finger joint", opening)


def _collect(
    messages: Messages, kind: str, what: str, opening: Callable[[Any], float | None], ending: str = ""
) -> _Samples | None:
    """Return the openings that the messages of one topic of a type say, or None where none says one."""
    for topic in messages.topics_of(kind):
        if not topic.name.endswith(ending):
            continue
        # An action's header is the image's that it answers: when it was given is when it was received.
        series = messages.series(topic, stamped=kind == JOINT_STATE)
        values = [opening(message) for message in series.messages]
        known = [index for index, value in enumerate(values) if value is not None and np.isfinite(value)]
        if known:
            times = series.times_ns[known]
            openings = np.array([values[index] for index in known], dtype=np.float64)
            order = sort_samples(times)
            return _Samples(times[order], np.clip(openings[order], 0.0, 1.0), f"{what} on {topic.name}")
    return None


def _opening(finger_rad: float, options: BagOptions) -> float:
    span_rad = options.gripper_open_rad - options.gripper_closed_rad
    return (finger_rad - options.gripper_closed_rad) / span_rad


def _held(samples: _Samples, times_ns: TimeArray) -> FloatArray:
    index = np.searchsorted(samples.times_ns, times_ns, side="right") - 1
    return samples.openings[np.maximum(index, 0)].astype(np.float32)


def _between(samples: _Samples, times_ns: TimeArray) -> FloatArray:
    around = bracket(samples.times_ns, times_ns)
    outside = np.where(times_ns < samples.times_ns[0], 0, len(samples.times_ns) - 1)
    lower = np.where(around.gap_ns < 0, outside, around.lower)
    upper = np.where(around.gap_ns < 0, outside, around.upper)
    return interpolate(samples.openings[:, None], lower, upper, around.fraction)[:, 0].astype(np.float32)
