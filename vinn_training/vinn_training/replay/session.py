"""A session with the policy as a bag recorded it: images, answers, commands, parameters, and what really happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations import rosbag2
from vinn_training.demonstrations.bag_messages import ACTION, COMMAND, TYPES, Messages
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.exceptions import InvalidDemonstration, InvalidInput, MissingDependency
from vinn_training.replay.bag_choice import only_bag
from vinn_training.replay.message_definitions import complete_definitions
from vinn_training.replay.message_records import (
    action_record,
    bank_record,
    command_record,
    embedding_record,
    parameter_changes,
    read_records,
)
from vinn_training.replay.recorded import (
    ParameterChange,
    RecordedAction,
    RecordedBank,
    RecordedCommand,
    RecordedEmbedding,
    RecordedFrame,
)
from vinn_training.replay.recorded_images import RecordedImages, read_recorded_images
from vinn_training.replay.topic_choice import choose_topic

ImageNeed = Literal["required", "optional", "unwanted"]

EMBEDDING, BANK = "vinn_msgs/msg/Embedding", "vinn_msgs/msg/BankState"
PARAMETER_EVENT = "rcl_interfaces/msg/ParameterEvent"


@dataclass(frozen=True)
class SessionOptions:
    """Choices that a bag leaves. Topics are found by their types; a name is needed where several have one type.

    Attributes:
        images: Topic of the wrist camera's images.
        embedding: Topic of perception's embeddings.
        action: Topic of the policy's actions.
        command: Topic of the bridge's commands.
        messages: Folder with the .msg files of vinn_msgs, for bags that do not carry them (Humble's sqlite3).
        rate_hz: Images a second on which the robot's own motion is compared; 0 takes every image.
        horizon: Images ahead to which that motion is measured; 0 takes the next.
        bag: How camera poses and gripper openings are found.

    Raises:
        InvalidInput: If a number cannot be used.
    """

    images: str = ""
    embedding: str = ""
    action: str = ""
    command: str = ""
    messages: Path | None = None
    rate_hz: float = 0.0
    horizon: int = 0
    bag: BagOptions = field(default_factory=BagOptions)

    def __post_init__(self) -> None:
        _ = self.reader("")

    def reader(self, camera: str) -> ReaderOptions:
        """Return how the bag's demonstration is read, with the images of topic `camera`."""
        return ReaderOptions(camera=camera, rate_hz=self.rate_hz, horizon=self.horizon, bag=self.bag)


@dataclass(frozen=True, eq=False)
class Session:
    """One recorded session.

    Attributes:
        path: The bag.
        frames: Images in order of stamp, each stamp once; empty where they were not asked for.
        embeddings: In order of receipt, as all that follows.
        actions: Of the policy.
        commands: Of the bridge.
        banks: Versions of the bank that the policy asked, as it announced them.
        parameter_changes: By `ros2 param set` and the like, of every node, in order of time.
        demonstration: What the robot or the demonstrator really did, with the labels of the existing conversion of
            bags; None where the bag does not tell.
        demonstration_problem: Why there is none, empty otherwise.
        demonstration_meaning: Where its poses and its gripper come from, and more, as the conversion tells it.
        image_topic: Where the images are from, empty without images.
        image_frame_id: Their frame, by the first of them; empty without images.
        has_stamps: Whether the images carry stamps; without, no answer can be told to be of an image.
        notes: What people should know of the bag: damage, what was left out and why.
    """

    path: Path
    frames: tuple[RecordedFrame, ...]
    embeddings: tuple[RecordedEmbedding, ...]
    actions: tuple[RecordedAction, ...]
    commands: tuple[RecordedCommand, ...]
    banks: tuple[RecordedBank, ...]
    parameter_changes: tuple[ParameterChange, ...]
    demonstration: Demonstration | None
    demonstration_problem: str
    demonstration_meaning: Mapping[str, Any]
    image_topic: str
    image_frame_id: str
    has_stamps: bool
    notes: tuple[str, ...]


def read_session(
    path: Path | str,
    options: SessionOptions | None = None,
    *,
    images: ImageNeed = "required",
    demonstration: bool = True,
) -> Session:
    """Return what a bag holds of a session; images are decoded when they are asked for.

    Args:
        path: The bag's folder or its storage file (sqlite3 or MCAP); a cut one is read as far as it goes.
        options: Choices that the bag leaves.
        images: Whether it must have images, may have them, or they are not looked for.
        demonstration: Whether to measure what the robot really did; needs images.

    Raises:
        InvalidInput: If it is no bag, or more than one.
        InvalidDemonstration: If nothing of it can be read, it has no usable images, or a topic must be chosen.
        MissingDependency: If a package for bags is not installed.
    """
    try:
        return _read(Path(path), options or SessionOptions(), images, demonstration)
    except ModuleNotFoundError as error:
        raise MissingDependency(
            f"{path}: reading bags needs the package '{error.name}'; "
            "install it with: pip install 'vinn_training[formats]'"
        ) from error


def _read(path: Path, options: SessionOptions, images: ImageNeed, demonstration: bool) -> Session:
    bag = Bag(only_bag(path), (*TYPES, EMBEDDING, BANK, PARAMETER_EVENT))
    messages = Messages(bag, "header")
    note = complete_definitions(bag, options.messages)
    recorded = _images(bag, options.images, images)
    session = Session(
        path=path,
        frames=recorded.frames,
        embeddings=read_records(
            messages, choose_topic(bag, EMBEDDING, options.embedding, "embedding"), embedding_record
        ),
        actions=read_records(messages, choose_topic(bag, ACTION, options.action, "action"), action_record),
        commands=read_records(messages, choose_topic(bag, COMMAND, options.command, "command"), command_record),
        banks=_banks(messages),
        parameter_changes=_parameter_changes(messages),
        demonstration=None,
        demonstration_problem="not asked for",
        demonstration_meaning={},
        image_topic=recorded.topic,
        image_frame_id=recorded.frame_id,
        has_stamps=recorded.has_stamps,
        notes=tuple(filter(None, (*bag.problems, note, *recorded.notes, *messages.notes))),
    )
    return _with_demonstration(session, options) if recorded.frames and demonstration else session


def _images(bag: Bag, topic: str, need: ImageNeed) -> RecordedImages:
    nothing = RecordedImages((), "", "", False, ())
    if need == "unwanted":
        return nothing
    try:
        return read_recorded_images(bag, topic)
    except InvalidDemonstration as error:
        if need == "optional":
            return nothing._replace(notes=(str(error),))
        if not bag.problems:
            raise
        raise InvalidDemonstration(f"{error}; the bag is damaged: {'; '.join(bag.problems)}") from error


def _banks(messages: Messages) -> tuple[RecordedBank, ...]:
    states = [state for topic in messages.topics_of(BANK) for state in read_records(messages, topic, bank_record)]
    return tuple(state for state in states if state.bank_id)  # empty ones say that the policy has no bank


def _parameter_changes(messages: Messages) -> tuple[ParameterChange, ...]:
    topics = messages.topics_of(PARAMETER_EVENT)
    events = [change for topic in topics for change in read_records(messages, topic, parameter_changes)]
    return tuple(sorted((change for event in events for change in event), key=lambda change: change.time_ns))


def _with_demonstration(session: Session, options: SessionOptions) -> Session:
    """Return the session with what really happened, or with the reason why the bag does not tell."""
    try:
        dataset = rosbag2.read(session.path, options.reader(session.image_topic))
    except (InvalidInput, InvalidDemonstration, MissingDependency) as error:
        return replace(session, demonstration_problem=str(error))
    if not dataset.demonstrations:
        return replace(session, demonstration_problem=next(iter(dataset.rejected.values()), "unknown"))
    (demonstration,) = dataset.demonstrations
    meaning = dataset.meaning["bags"][demonstration.name]
    return replace(session, demonstration=demonstration, demonstration_problem="", demonstration_meaning=meaning)
