"""Messages -> the plain values that are shown."""

from __future__ import annotations

import math

import numpy as np

from vinn_msgs.msg import BankState, BridgeCommand, PolicyAction, PolicySettings
from vinn_ros.conversions import gripper_from_message, stamp_ns, vector_from_message
from vinn_ros.neighbors_view.view import ActionReading, AskedNeighbor, BankReading, CommandReading, SettingsReading
from vinn_training.exceptions import InvalidInput

#: A direction is at most of length 1, but for rounding.
_LENGTH = 1.0 + 1e-3


def action_reading(message: PolicyAction) -> ActionReading:
    """Return an action as it is shown.

    Raises:
        InvalidInput: If a number is not finite or out of its range; the text says which.
    """
    neighbors = tuple(
        AskedNeighbor(item.demonstration, int(item.frame), float(item.distance), float(item.weight))
        for item in message.neighbors
    )
    reading = ActionReading(
        stamp_ns=stamp_ns(message.header.stamp),
        frame_id=message.header.frame_id,
        direction=vector_from_message(message.direction),
        translation=vector_from_message(message.translation),
        gripper_opening=float(message.gripper_opening),
        gripper=gripper_from_message(message.gripper),
        neighbors=neighbors,
        bank_id=message.bank_id,
        bank_version=int(message.bank_version),
        encoder_id=message.encoder_id,
        distance_quantile=float(message.distance_quantile),
        hold=bool(message.hold),
        hold_reason=message.hold_reason,
        settings=_settings(message.settings),
    )
    _check(reading)
    return reading


def command_reading(message: BridgeCommand) -> CommandReading:
    """Return a command as it is shown.

    Raises:
        InvalidInput: If its translation is not finite.
    """
    x, y, z = (float(value) for value in vector_from_message(message.commanded_m))
    if not all(math.isfinite(value) for value in (x, y, z)):
        raise InvalidInput(f"the command's translation is {[x, y, z]}; expected three finite metres")
    return CommandReading(
        stamp_ns(message.header.stamp), (x, y, z), bool(message.stopped), message.reason, tuple(message.clipped)
    )


def bank_reading(message: BankState) -> BankReading:
    """Return what the policy tells of its bank.

    Raises:
        InvalidInput: If there is not one number of frames for each demonstration.
    """
    if len(message.frames) != len(message.demonstrations):
        raise InvalidInput(
            f"the bank's state has {len(message.demonstrations)} demonstrations and {len(message.frames)} numbers of "
            "frames; expected as many"
        )
    frames = {name: int(count) for name, count in zip(message.demonstrations, message.frames, strict=True)}
    return BankReading(int(message.version), message.bank_id, message.change, frames)


def _settings(message: PolicySettings) -> SettingsReading | None:
    """Return the policy's parameters, None where the publisher left them out: every policy asks a neighbour."""
    if message.k == 0:
        return None
    return SettingsReading(
        k=int(message.k),
        temperature=float(message.temperature),
        close_below=float(message.gripper_close_below),
        open_above=float(message.gripper_open_above),
        hold_above=float(message.hold_distance_quantile),
    )


def _check(reading: ActionReading) -> None:
    for name in ("direction", "translation"):
        vector = getattr(reading, name)
        if not np.isfinite(vector).all() or np.linalg.norm(vector) > _LENGTH:
            raise InvalidInput(
                f"the action's {name} is {vector.tolist()}; expected finite numbers, of length at most 1"
            )
    for name in ("gripper_opening", "distance_quantile"):
        value = getattr(reading, name)
        if not 0.0 <= value <= 1.0:
            raise InvalidInput(f"the action's {name} is {value}; expected 0 to 1")
    for item in reading.neighbors:
        if not (math.isfinite(item.distance) and 0.0 <= item.weight <= 1.0 + 1e-6):
            raise InvalidInput(
                f"neighbour '{item.demonstration}' {item.frame} has distance {item.distance} and weight {item.weight}; "
                "expected finite numbers, the weight from 0 to 1"
            )
    if reading.settings is not None:
        numbers = np.array(
            [reading.settings.temperature, reading.settings.close_below, reading.settings.open_above,
             reading.settings.hold_above]
        )  # fmt: skip
        if not np.isfinite(numbers).all():
            raise InvalidInput(f"the action's settings are {reading.settings}; expected finite numbers")
