"""A bag's decoded messages -> records; messages that cannot be records are counted, with the first reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from vinn_training.contracts import GripperState
from vinn_training.demonstrations.bag_messages import Messages
from vinn_training.demonstrations.bag_storage import Topic
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.replay.recorded import (
    ParameterChange,
    RecordedAction,
    RecordedBank,
    RecordedCommand,
    RecordedEmbedding,
    RecordedNeighbor,
    Vector,
)

Record = TypeVar("Record")

#: Fields of rcl_interfaces/ParameterValue by its `type`.
_VALUE_FIELDS = (
    None, "bool_value", "integer_value", "double_value", "string_value", "byte_array_value", "bool_array_value",
    "integer_array_value", "double_array_value", "string_array_value",
)  # fmt: skip


def read_records(messages: Messages, topic: Topic | None, make: Callable[[Any, int], Record]) -> tuple[Record, ...]:
    """Return the records of a topic in order of receipt; notes tell of messages that are left out.

    Args:
        messages: The bag's.
        topic: Which; None for a bag without.
        make: Makes a record of a message and its time of receipt; raises InvalidInput or AttributeError for one
            that cannot be one.

    Raises:
        InvalidDemonstration: If no message of the topic can be decoded.
    """
    if topic is None:
        return ()
    series = messages.series(topic, stamped=False)
    records: list[Record] = []
    reason = ""
    for message, received_ns in zip(series.messages, series.times_ns.tolist(), strict=True):
        try:
            records.append(make(message, received_ns))
        except InvalidInput as error:
            reason = reason or str(error)
        except AttributeError as error:  # the bag defines the message otherwise than this version
            reason = reason or f"{error}: recorded with another version of vinn_msgs; record it again"
    if reason:
        left_out = len(series.messages) - len(records)
        messages.notes.append(f"{topic.name}: {left_out} of {len(series.messages)} messages are left out: {reason}")
    return tuple(records)


def embedding_record(message: Any, received_ns: int) -> RecordedEmbedding:
    """Return the record of a vinn_msgs/Embedding."""
    data = np.array(message.data, dtype=np.float32)
    data.setflags(write=False)
    return RecordedEmbedding(_stamp_ns(message.header.stamp), received_ns, str(message.encoder_id), data)


def action_record(message: Any, received_ns: int) -> RecordedAction:
    """Return the record of a vinn_msgs/PolicyAction.

    Raises:
        InvalidInput: If its settings cannot be a policy's, its gripper state is unknown, or a vector is not finite.
    """
    settings = message.settings
    return RecordedAction(
        stamp_ns=_stamp_ns(message.header.stamp),
        received_ns=received_ns,
        direction=_vector(message.direction),
        translation=_vector(message.translation),
        gripper_opening=float(message.gripper_opening),
        gripper=_gripper(message.gripper),
        neighbors=tuple(
            RecordedNeighbor(str(item.demonstration), int(item.frame), float(item.distance), float(item.weight))
            for item in message.neighbors
        ),
        bank_id=str(message.bank_id),
        bank_version=int(message.bank_version),
        settings=PolicyConfig(
            k=int(settings.k),
            temperature=float(settings.temperature),
            action_scale=tuple(float(value) for value in settings.action_scale),  # type: ignore[arg-type]
            gripper_close_below=float(settings.gripper_close_below),
            gripper_open_above=float(settings.gripper_open_above),
            hold_distance_quantile=float(settings.hold_distance_quantile),
        ),
        encoder_id=str(message.encoder_id),
        distance_quantile=float(message.distance_quantile),
        hold=bool(message.hold),
        hold_reason=str(message.hold_reason),
    )


def bank_record(message: Any, received_ns: int) -> RecordedBank:
    """Return the record of a vinn_msgs/BankState."""
    names = tuple(str(name) for name in message.demonstrations)
    disabled = tuple(name for name, enabled in zip(names, message.enabled, strict=False) if not enabled)
    return RecordedBank(str(message.bank_id), int(message.version), names, disabled)


def command_record(message: Any, received_ns: int) -> RecordedCommand:
    """Return the record of a vinn_msgs/BridgeCommand.

    Raises:
        InvalidInput: If its gripper state is unknown, or a vector is not finite.
    """
    return RecordedCommand(
        stamp_ns=_stamp_ns(message.header.stamp),
        received_ns=received_ns,
        sent_at_ns=_stamp_ns(message.sent_at),
        requested_m=_vector(message.requested_m),
        commanded_m=_vector(message.commanded_m),
        stopped=bool(message.stopped),
        reason=str(message.reason),
        clipped=tuple(str(line) for line in message.clipped),
        gripper=_gripper(message.gripper),
    )


def parameter_changes(message: Any, received_ns: int) -> tuple[ParameterChange, ...]:
    """Return what a rcl_interfaces/ParameterEvent says was changed or removed; not what a starting node declared."""
    time_ns = _stamp_ns(message.stamp) or received_ns
    changed = [
        ParameterChange(time_ns, str(message.node), str(parameter.name), _value(parameter.value))
        for parameter in message.changed_parameters
    ]
    removed = [
        ParameterChange(time_ns, str(message.node), str(parameter.name), None)
        for parameter in message.deleted_parameters
    ]
    return (*changed, *removed)


def _value(message: Any) -> Any:
    kind = int(message.type)
    field = _VALUE_FIELDS[kind] if 0 <= kind < len(_VALUE_FIELDS) else None
    if field is None:
        return None
    value = getattr(message, field)
    value = value.tolist() if isinstance(value, np.ndarray) else value
    return tuple(value) if isinstance(value, list) else value


def _stamp_ns(stamp: Any) -> int:
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def _vector(message: Any) -> Vector:
    vector = np.array([message.x, message.y, message.z], dtype=np.float64)
    if not np.isfinite(vector).all():
        raise InvalidInput(f"a vector is {vector.tolist()}; expected finite numbers")
    vector.setflags(write=False)
    return vector


def _gripper(message: Any) -> GripperState:
    try:
        return GripperState(int(message.state))
    except ValueError:
        raise InvalidInput(f"gripper state is {message.state}; expected 0 (unknown), 1 (open) or 2 (closed)") from None
