from __future__ import annotations

import math

import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Vector3
from std_msgs.msg import Header

from vinn_msgs.msg import BankState, BridgeCommand, GripperState, Neighbor, PolicyAction, PolicySettings
from vinn_ros.neighbors_view.messages import action_reading, bank_reading, command_reading
from vinn_training import contracts
from vinn_training.exceptions import InvalidInput


def _action(**changes):
    values = {
        "header": Header(stamp=Time(sec=5, nanosec=7), frame_id="camera"),
        "direction": Vector3(x=0.6, y=0.0, z=0.8),
        "translation": Vector3(x=0.3, y=0.0, z=0.4),
        "gripper_opening": 0.25,
        "gripper": GripperState(state=GripperState.CLOSED),
        "neighbors": [Neighbor(demonstration="a", frame=3, distance=1.5, weight=1.0)],
        "bank_id": "bank",
        "bank_version": 2,
        "settings": PolicySettings(k=10, temperature=1.0, gripper_close_below=0.4, gripper_open_above=0.6,
                                   hold_distance_quantile=0.9),
        "distance_quantile": 0.5,
        "hold": True,
        "hold_reason": "because",
    }  # fmt: skip
    return PolicyAction(**{**values, **changes})


def test_every_part_of_an_action_arrives():
    reading = action_reading(_action())
    assert reading.stamp_ns == 5_000_000_007
    assert reading.frame_id == "camera"
    assert reading.direction.tolist() == [0.6, 0.0, 0.8]
    assert reading.translation.tolist() == [0.3, 0.0, 0.4]
    assert (reading.gripper_opening, reading.gripper) == (0.25, contracts.GripperState.CLOSED)
    assert (reading.neighbors[0].demonstration, reading.neighbors[0].frame) == ("a", 3)
    assert (reading.bank_id, reading.bank_version) == ("bank", 2)
    assert (reading.hold, reading.hold_reason) == (True, "because")
    assert reading.settings is not None
    assert (reading.settings.close_below, reading.settings.hold_above) == (0.4, 0.9)


def test_an_action_of_a_publisher_that_tells_no_settings_has_none():
    assert action_reading(_action(settings=PolicySettings())).settings is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"direction": Vector3(x=math.nan, y=0.0, z=0.0)}, "direction is"),
        ({"translation": Vector3(x=0.0, y=2.0, z=0.0)}, "length at most 1"),
        ({"gripper_opening": math.nan}, "gripper_opening is nan; expected 0 to 1"),
        ({"gripper_opening": 1.5}, "gripper_opening is 1.5"),
        ({"distance_quantile": math.inf}, "distance_quantile is inf"),
        ({"gripper": GripperState(state=9)}, "gripper state is 9"),
        (
            {"neighbors": [Neighbor(demonstration="a", distance=math.nan, weight=1.0)]},
            "neighbour 'a' 0 has distance nan",
        ),
        ({"neighbors": [Neighbor(demonstration="a", distance=1.0, weight=-1.0)]}, "weight -1.0"),
        ({"settings": PolicySettings(k=1, temperature=math.inf)}, "settings are"),
    ],
)
def test_numbers_that_cannot_be_drawn_are_refused_by_name(changes, words):
    with pytest.raises(InvalidInput, match=words.replace("(", r"\(")):
        action_reading(_action(**changes))


def test_a_command_and_a_stop():
    reading = command_reading(
        BridgeCommand(header=Header(stamp=Time(sec=1)), commanded_m=Vector3(x=0.1, y=0.2, z=0.3), clipped=["lift"])
    )
    assert (reading.stamp_ns, reading.commanded_m, reading.clipped) == (10**9, (0.1, 0.2, 0.3), ("lift",))
    stop = command_reading(BridgeCommand(stopped=True, reason="runstop"))
    assert (stop.stopped, stop.reason) == (True, "runstop")
    with pytest.raises(InvalidInput, match="translation is"):
        command_reading(BridgeCommand(commanded_m=Vector3(x=math.inf)))


def test_the_banks_state():
    reading = bank_reading(
        BankState(version=3, bank_id="b", change="added c", demonstrations=["a", "c"], frames=[4, 5])
    )
    assert (reading.version, reading.change, reading.frames) == (3, "added c", {"a": 4, "c": 5})
    with pytest.raises(InvalidInput, match="2 demonstrations and 1 numbers"):
        bank_reading(BankState(demonstrations=["a", "c"], frames=[4]))
