"""Where the camera was at each image, from whatever a bag has: its poses, transforms, joint states or odometry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.demonstrations import bag_transforms
from vinn_training.demonstrations.bag_messages import JOINT_STATE, ODOMETRY, POSE, TEXT, Messages, joint_positions
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.demonstrations.bag_storage import Topic
from vinn_training.demonstrations.pose_tracks import Brackets, Poses, PoseTrack, TimeArray, bracket, sort_samples
from vinn_training.demonstrations.resampling import interpolate
from vinn_training.exceptions import InvalidDemonstration, InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import PAPER_TILT_RAD, tilt_rotation
from vinn_training.kinematics.camera_poses import camera_poses_in_base, load_robot, moving_joints
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, RobotDescription

if TYPE_CHECKING:
    from vinn_training.kinematics.robot_model import RobotModel

#: An untilted camera that looks along its carrier's x axis (REP 103: x forward, y left, z up).
_LOOKING_AHEAD = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


@dataclass
class CameraPoses:
    """Poses of the camera's optical frame at N images, in one fixed frame.

    Attributes:
        poses: N; those of images that are not usable have no meaning.
        usable: (N,) bool.
        source: Where they come from, for people.
        dropped: Number of images without a pose, by reason.
        longest_gap_s: Longest time between two samples, by topic, within the time of the images.
    """

    poses: Poses
    usable: NDArray[np.bool_]
    source: str
    dropped: dict[str, int] = field(default_factory=dict)
    longest_gap_s: dict[str, float] = field(default_factory=dict)


class _Request(NamedTuple):
    messages: Messages
    options: BagOptions
    times_ns: TimeArray
    frame_id: str


class _NotThere(Exception):
    """The bag lacks what this source of poses needs."""


def read_camera_poses(messages: Messages, options: BagOptions, times_ns: TimeArray, frame_id: str) -> CameraPoses:
    """Return the camera's pose at each image.

    Args:
        messages: The bag's.
        options: Which source, and what it needs.
        times_ns: (N,) int64, when the images were taken.
        frame_id: Their frame.

    Raises:
        InvalidDemonstration: If the bag has none of the sources; the message says what each lacks.
    """
    sources: dict[str, Callable[[_Request], CameraPoses]] = {
        "topic": _from_topic,
        "tf": _from_transforms,
        "joints": _from_joints,
        "odometry": _from_odometry,
    }
    request = _Request(messages, options, times_ns, frame_id)
    reasons = []
    for name, source in sources.items():
        if options.poses not in ("auto", name):
            continue
        try:
            found = source(request)
        except (_NotThere, InvalidDemonstration, InvalidInput, KinematicsError) as error:
            reasons.append(f"{name}: {error}")
            if not isinstance(error, _NotThere):  # the bag has it, and yet it cannot be used
                messages.notes.append(f"poses not by {reasons[-1]}")
            continue
        if found.usable.any() or options.poses == name:
            return found
        reasons.append(f"{name}: no image lies between two of its samples ({_text(found.dropped)})")
    raise InvalidDemonstration(
        f"{messages.bag.path}: the camera's poses cannot be found. {'. '.join(reasons)}. "
        f"The bag has: {messages.bag.describe_topics()}"
    )


def _from_topic(request: _Request) -> CameraPoses:
    messages, wanted = request.messages, request.options.pose_topic
    topics = [
        topic
        for topic in messages.topics_of(POSE)
        if (topic.name.strip("/") == wanted.strip("/") if wanted else topic.name.endswith("camera_pose"))
    ]
    if len(topics) != 1:
        found = f"{len(topics)} of them: {', '.join(topic.name for topic in topics)}" if topics else "none"
        name = f"'{wanted}'" if wanted else "whose name ends with camera_pose"
        raise _NotThere(f"needs one PoseStamped topic {name}; the bag has {found}")
    series = messages.series(topics[0])
    track = _track(series.times_ns, [message.pose for message in series.messages])
    around = bracket(track.times_ns, request.times_ns)
    return _finish(request, track.at(around), f"poses on {topics[0].name}", {topics[0].name: (track.times_ns, around)})


def _from_transforms(request: _Request) -> CameraPoses:
    messages = request.messages
    tree = bag_transforms.read_tree(messages)
    if not tree:
        raise _NotThere("needs /tf or /tf_static")
    chain = bag_transforms.chain_to_root(tree, request.frame_id, request.options.fixed_frame)
    times: dict[str, tuple[TimeArray, Brackets]] = {}
    poses = _identity(len(request.times_ns))
    for edge in chain.edges:
        around = bracket(edge.track.times_ns, request.times_ns)
        if edge.is_static:
            around = bracket(edge.track.times_ns, np.full_like(request.times_ns, edge.track.times_ns[-1]))
        else:
            times[f"{edge.parent} to {edge.child}"] = (edge.track.times_ns, around)
        poses = edge.track.at(around).then(poses)
    source = f"transforms from {chain.root} to {request.frame_id}"
    if chain.root not in bag_transforms.FIXED_FRAMES and not request.options.fixed_frame:
        # A driver that does not broadcast where the base is: odometry says it.
        base = _odometry(request, chain.root)
        if base is None:
            messages.notes.append(f"no odometry of {chain.root}: it is taken to stand still")
        else:
            poses = base.track.at(base.around).then(poses)
            times[base.topic] = (base.track.times_ns, base.around)
            source = f"odometry on {base.topic} and {source}"
    return _finish(request, poses, source, times)


def _from_joints(request: _Request) -> CameraPoses:
    messages, options = request.messages, request.options
    topics = messages.topics_of(JOINT_STATE)
    if not topics:
        raise _NotThere("needs a topic of joint states")
    robot, described = _robot(messages, options)
    names = moving_joints(robot)
    topic, times_ns, positions = _joint_samples(messages, topics, names)
    around = bracket(times_ns, request.times_ns)
    at_images = interpolate(positions, around.lower, around.upper, around.fraction)
    poses = Poses(*camera_poses_in_base(robot, names, at_images))
    times = {topic.name: (times_ns, around)}
    base = _odometry(request, "")
    if base is None:
        messages.notes.append("no odometry: the base is taken to stand still")
        return _finish(request, poses, f"joint states on {topic.name}, {described}", times)
    times[base.topic] = (base.track.times_ns, base.around)
    source = f"joint states on {topic.name} and odometry on {base.topic}, {described}"
    return _finish(request, base.track.at(base.around).then(poses), source, times)


def _from_odometry(request: _Request) -> CameraPoses:
    base = _odometry(request, "")
    if base is None:
        raise _NotThere("needs a topic of odometry")
    options = request.options
    tilt_rad = options.camera_tilt_rad or 0.0
    request.messages.notes.append(
        f"odometry only: the camera is taken to look along x of {base.child}, {tilt_rad:g} rad down"
    )
    count = len(request.times_ns)
    position_m = np.array([options.camera_along_m, 0.0, options.camera_height_m])
    rotation = _LOOKING_AHEAD @ tilt_rotation(tilt_rad)
    on_base = Poses(np.tile(position_m, (count, 1)), np.tile(rotation, (count, 1, 1)))
    poses = base.track.at(base.around).then(on_base)
    return _finish(request, poses, f"odometry on {base.topic}", {base.topic: (base.track.times_ns, base.around)})


class _Base(NamedTuple):
    topic: str
    child: str
    track: PoseTrack
    around: Brackets


def _odometry(request: _Request, child: str) -> _Base | None:
    """Return the base's poses at the images, or None where the bag has no odometry (of that frame)."""
    messages = request.messages
    topics = messages.topics_of(ODOMETRY)
    topics = [topic for topic in topics if topic.name.rsplit("/", 1)[-1] == "odom"] or topics
    if len(topics) > 1:
        raise _NotThere(f"several topics of odometry: {', '.join(topic.name for topic in topics)}")
    if not topics:
        return None
    series = messages.series(topics[0])
    moved = str(series.messages[0].child_frame_id).strip("/")
    if child and moved != child:
        return None
    track = _track(series.times_ns, [message.pose.pose for message in series.messages])
    return _Base(topics[0].name, moved or "the base", track, bracket(track.times_ns, request.times_ns))


def _joint_samples(
    messages: Messages, topics: list[Topic], names: tuple[str, ...]
) -> tuple[Topic, TimeArray, NDArray[np.float64]]:
    """Return the first topic with these joints, its times and (M, K) positions."""
    reason: Exception | None = None
    # The driver's own, then the copies of it.
    for topic in sorted(topics, key=lambda topic: (topic.name.rsplit("/", 1)[-1] != "joint_states", len(topic.name))):
        series = messages.series(topic)
        rows, times = [], []
        for message, time_ns in zip(series.messages, series.times_ns, strict=True):
            try:
                positions = joint_positions(message)
                rows.append([joints.joint_position(positions, name) for name in names])
            except (KinematicsError, InvalidInput) as error:
                reason = reason or error
                continue
            times.append(int(time_ns))
        if rows:
            if len(rows) < len(series.messages):
                messages.notes.append(
                    f"{topic.name}: {len(series.messages) - len(rows)} messages lack joints ({reason})"
                )
            order = sort_samples(np.array(times, dtype=np.int64))
            return topic, np.array(times, dtype=np.int64)[order], np.array(rows)[order]
    raise _NotThere(str(reason))


def _robot(messages: Messages, options: BagOptions) -> tuple[RobotModel, str]:
    """Return the robot's model and what it was made from: the user's choice, the bag's description, or the nominal."""

    def load(description: RobotDescription) -> RobotModel:
        tilt_rad = PAPER_TILT_RAD if options.camera_tilt_rad is None else options.camera_tilt_rad
        return load_robot(description, options.camera_link, tilt_rad, options.camera_height_m, options.camera_along_m)

    if options.urdf is not None:
        return load(RobotDescription.from_file(options.urdf)), f"description {options.urdf.name}"
    recorded = [topic for topic in messages.topics_of(TEXT) if topic.name.endswith("robot_description")]
    if recorded and not options.description:
        text = str(messages.series(recorded[0], stamped=False).messages[-1].data)
        try:
            return load(RobotDescription.from_xml(text)), f"description on {recorded[0].name}"
        except KinematicsError as error:
            messages.notes.append(f"the recorded robot description is not used: {error}")
    name = options.description or DEFAULT_DESCRIPTION
    return load(RobotDescription.from_package(name)), f"nominal description {name}"


def _track(times_ns: TimeArray, poses: list[Any]) -> PoseTrack:
    points = [(pose.position.x, pose.position.y, pose.position.z) for pose in poses]
    turns = [(pose.orientation.x, pose.orientation.y, pose.orientation.z, pose.orientation.w) for pose in poses]
    return PoseTrack.from_samples(times_ns, np.array(points), np.array(turns))


def _finish(request: _Request, poses: Poses, source: str, times: dict[str, tuple[TimeArray, Brackets]]) -> CameraPoses:
    """Leave out the images for which a topic has no samples around."""
    usable = np.ones(len(request.times_ns), dtype=bool)
    dropped: dict[str, int] = {}
    longest: dict[str, float] = {}
    limit_ns = request.options.max_gap_s * 1e9
    for name, (samples_ns, around) in times.items():
        for reason, here in (
            (f"before or after all of {name}", around.gap_ns < 0),
            (f"in a gap of {name} over {request.options.max_gap_s:g} s", around.gap_ns > limit_ns),
        ):
            lost = int((here & usable).sum())
            if lost:
                dropped[reason] = lost
            usable &= ~here
        within = samples_ns[(samples_ns >= request.times_ns[0]) & (samples_ns <= request.times_ns[-1])]
        longest[name] = round(float(np.diff(within).max()) * 1e-9, 4) if len(within) > 1 else 0.0
    return CameraPoses(poses, usable, source, dropped, longest)


def _identity(count: int) -> Poses:
    return Poses(np.zeros((count, 3)), np.tile(np.eye(3), (count, 1, 1)))


def _text(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in counts.items())
