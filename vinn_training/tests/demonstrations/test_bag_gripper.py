import numpy as np
import pytest

from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.demonstrations.bag_gripper import read_gripper
from vinn_training.demonstrations.bag_messages import TYPES, Messages
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.exceptions import InvalidDemonstration
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import encode, layout


def _gripper(bag, path, options=None, times=(0.0, 1.0, 2.0, 3.0)):
    (files,) = find_bags(bag.write(path))
    messages = Messages(Bag(files, TYPES), "header")
    moments = np.array([bag.ns(time_s) for time_s in times])
    return read_gripper(messages, options or BagOptions(), moments), messages.notes


def _fingers(bag):
    for time_s, angle in ((0.0, 0.05), (2.0, -0.2), (3.0, -0.5)):
        bag.joints(time_s, {joints.FINGER_LEFT: angle, "joint_lift": 0.5})


def test_measured_fingers_are_read_between_samples_and_clipped(bag, tmp_path):
    _fingers(bag)
    found, _ = _gripper(bag, tmp_path / "bag")
    np.testing.assert_allclose(found.openings, [1.0, 0.5, 0.0, 0.0], atol=1e-6)
    wide = BagOptions(gripper_open_rad=0.3, gripper_closed_rad=-0.2)
    found, _ = _gripper(bag, tmp_path / "wide", wide)
    np.testing.assert_allclose(found.openings, [0.5, 0.25, 0.0, 0.0], atol=1e-6)


def _command(bag, time_s, finger_rad):
    values = {**dict.fromkeys(layout("tool_stretch_gripper"), 0.0), joints.FINGER_LEFT: finger_rad}
    bag.vector(time_s, "/joint_pose_cmd", encode("tool_stretch_gripper", values))


def test_commands_go_before_fingers_that_hold_something(bag, tmp_path):
    for time_s in (0.0, 3.0):
        bag.joints(time_s, {joints.FINGER_LEFT: 0.0})  # half open, around a handle
    bag.text(0.0, "/tool", "tool_stretch_gripper")
    _command(bag, 0.9, -0.2)
    _command(bag, 2.5, 0.05)
    bag.vector(2.6, "/joint_pose_cmd", [1.0, 2.0])  # refused by the driver: no command
    found, _ = _gripper(bag, tmp_path / "bag")
    np.testing.assert_allclose(found.openings, [0.8, 0.0, 0.0, 1.0], atol=1e-6)
    assert found.source.startswith("commands of the driver on /joint_pose_cmd, before the first finger joint")
    found, _ = _gripper(bag, tmp_path / "joint", BagOptions(gripper="joint"))
    np.testing.assert_allclose(found.openings, 0.8, atol=1e-6)


def test_the_bridges_states_hold_and_unknown_and_stops_say_nothing(bag, tmp_path):
    from rosbags.typesys import get_types_from_msg

    bag.store.register(get_types_from_msg("uint8 state\n", "vinn_msgs/msg/GripperState"))
    name = "vinn_msgs/msg/BridgeCommand"
    text = "std_msgs/Header header\nvinn_msgs/GripperState gripper\nbool stopped\n"
    bag.store.register(get_types_from_msg(text, name))
    for time_s, state, stopped in ((0.0, 1, False), (0.9, 2, False), (1.5, 0, False), (1.8, 1, True), (2.9, 1, False)):
        gripper = bag.new("vinn_msgs/msg/GripperState", state=state)
        message = bag.new(name, header=bag.header(time_s, ""), gripper=gripper, stopped=stopped)
        bag.add("/command", name, time_s - 0.01, message)
    found, _ = _gripper(bag, tmp_path / "bag")
    np.testing.assert_allclose(found.openings, [1.0, 0.0, 0.0, 1.0])
    assert found.source == "commands of the bridge on /command"


def test_where_nothing_is_said_the_gripper_is_taken_for_open(bag, tmp_path):
    bag.joints(0.0, {"joint_lift": 0.5})
    found, notes = _gripper(bag, tmp_path / "bag")
    assert set(found.openings) == {1.0}
    assert "nothing says what the gripper does" in notes[0]
    with pytest.raises(InvalidDemonstration, match=r"no gripper opening by 'command'; the bag has: /joint_states"):
        _gripper(bag, tmp_path / "asked", BagOptions(gripper="command"))
