"""Recording as it is done: simulator and recorder as processes, and the bag made into a demonstration."""

from __future__ import annotations

import signal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from ament_index_python.packages import get_package_share_directory
from diagnostic_msgs.msg import DiagnosticArray
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import Trigger

from vinn_ros import qos
from vinn_ros.recorder.core import typestore_with
from vinn_training.demonstrations import rosbag2
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import encode


@pytest.fixture
def recording(ros, tmp_path):
    """Simulator and recorder at work."""
    ros.without_shared_memory()  # one test kills the recorder
    ros.states = ros.collect(JointState, "joint_states", qos.ROBOT_STATE)
    ros.reports = ros.collect(DiagnosticArray, "/diagnostics")
    ros.commands = ros.node.create_publisher(Float64MultiArray, "joint_pose_cmd", qos.STREAM)
    ros.start("stretch_sim", {"image_width": 48, "image_height": 32})
    ros.start("recorder", {"output": str(tmp_path / "bags")})
    ros.wait_for(lambda: ros.states, "joint states")
    ros.wait_for(lambda: ros.commands.get_subscription_count() == 2, "the simulator and the recorder")
    watched = ("/image_raw", "/joint_states", "/odom", "/wrist_camera_pose")
    ros.wait_for(lambda: all(_recorded(ros, topic) for topic in watched), "the recording")
    return ros


def _reports(world):
    return [status for report in world.reports for status in report.status if status.name == "recorder"]


def _recorded(world, topic):
    """Number of messages that the recorder reports."""
    reports = _reports(world)
    values = {entry.key: entry.value for entry in reports[-1].values} if reports else {}
    return int(values.get(topic, "0").split()[0])


def _bag(tmp_path):
    (path,) = (tmp_path / "bags").iterdir()
    return path


def _read(path, topic):
    store = typestore_with("vinn_msgs", Path(get_package_share_directory("vinn_msgs")) / "msg")
    with Reader(path) as reader:
        wanted = [connection for connection in reader.connections if connection.topic == topic]
        return [store.deserialize_cdr(data, c.msgtype) for c, _, data in reader.messages(wanted)] if wanted else []


def _move(world, **changes):
    at = dict(zip(world.states[-1].name, world.states[-1].position, strict=True))
    values = {**at, joints.BASE: 0.0, "rotate_mobile_base": 0.0}
    for name, change in changes.items():
        values[name] += change
    world.commands.publish(Float64MultiArray(data=encode("tool_stretch_dex_wrist", values)))
    name = next(name for name in changes if name != joints.BASE)
    goal = at[name] + changes[name]
    world.wait_for(
        lambda: abs(world.states[-1].position[list(world.states[-1].name).index(name)] - goal) < 4e-3, f"{name} there"
    )


def test_a_recorded_bag_becomes_a_demonstration_within_a_millimetre(recording, tmp_path):
    assert recording.call(Trigger, "/activate_streaming_position", Trigger.Request()).success
    _move(recording, joint_lift=0.05)
    _move(recording, wrist_extension=-0.06, translate_mobile_base=0.05)
    _move(recording, joint_wrist_yaw=0.3, joint_gripper_finger_left=-0.25)
    values = {entry.key: entry.value for entry in _reports(recording)[-1].values}
    assert "longest gap" in values["/joint_states"]
    assert recording.stop("recorder", signal.SIGINT) == 0
    assert "/image_raw: " in recording.output("recorder")
    assert "longest gap" in recording.output("recorder")

    path = _bag(tmp_path)
    true = {
        pose.header.stamp.sec * 10**9 + pose.header.stamp.nanosec: pose.pose
        for pose in _read(path, "/wrist_camera_pose")
    }
    # A loaded machine may lose states: images in longer gaps are left out, not guessed.
    dataset = rosbag2.read(path, ReaderOptions(bag=BagOptions(poses="joints", max_gap_s=0.05, rest_m=0.0)))
    (demonstration,) = dataset.demonstrations
    summary = dataset.meaning["bags"][path.name]
    assert summary["poses"].endswith("description on /robot_description")
    assert summary["gripper"].startswith("commands of the driver on /joint_pose_cmd")
    assert (demonstration.gripper[0], demonstration.gripper[-1]) == pytest.approx((1.0, 0.0), abs=0.05)
    errors = []
    times = [min(true, key=lambda t: abs(t - round(time_s * 1e9))) for time_s in demonstration.times_s]
    for index, (now, later) in enumerate(pairwise(times)):
        motion = _rotation(true[now]).T @ (_position(true[later]) - _position(true[now]))
        errors.append(np.linalg.norm(demonstration.directions[index] * demonstration.lengths[index] - motion))
    assert len(errors) >= 3
    assert sum(demonstration.lengths) > 0.1
    assert max(errors) < 1e-3
    # The truth is in the bag, and is taken where it is.
    assert open_dataset(path).meaning["bags"][path.name]["poses"] == "poses on /wrist_camera_pose"
    assert demonstration.load_image(0).shape == (32, 48, 3)


def test_a_killed_recorder_leaves_a_bag_and_a_silent_camera_is_reported(recording, tmp_path):
    recording.wait_for(lambda: _recorded(recording, "/image_raw") >= 8, "some images")
    recording.stop("stretch_sim", signal.SIGTERM)
    recording.wait_for(lambda: "silent: /image_raw" in _reports(recording)[-1].message, "the silence reported")
    recording.processes["recorder"].kill()
    recording.processes["recorder"].wait()
    path = _bag(tmp_path)
    assert not (path / "metadata.yaml").exists()
    dataset = open_dataset(path)
    assert len(dataset.demonstrations[0]) > 5
    assert "its recorder was killed" in " ".join(dataset.meaning["bags"][path.name]["problems"])


def test_a_recorder_without_camera_says_so_at_the_end(ros, tmp_path):
    ros.start("recorder", {"output": str(tmp_path / "bags"), "images": "compressed"})
    ros.wait_for(lambda: "recording to" in ros.output("recorder"), "the recording")
    assert ros.stop("recorder", signal.SIGINT) == 0
    assert "silent: /image_raw/compressed, /joint_states, /odom" in ros.output("recorder")


def _position(pose):
    return np.array([pose.position.x, pose.position.y, pose.position.z])


def _rotation(pose):
    from scipy.spatial.transform import Rotation

    q = pose.orientation
    return Rotation.from_quat([q.x, q.y, q.z, q.w]).as_matrix()
