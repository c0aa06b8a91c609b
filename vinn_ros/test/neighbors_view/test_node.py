"""The node as a process, over real DDS."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest
from geometry_msgs.msg import Vector3
from lifecycle_msgs.msg import Transition
from sensor_msgs.msg import CompressedImage, Image, JointState
from std_msgs.msg import Header
from visualization_msgs.msg import Marker, MarkerArray

from vinn_msgs.msg import BankState, BridgeCommand, Embedding, GripperState, Neighbor, PolicyAction, PolicySettings
from vinn_ros import qos
from vinn_ros.conversions import embedding_to_message, image_to_rgb, rgb_to_image
from vinn_ros.image_publisher import rgb_to_compressed
from vinn_ros.neighbors_view import palette, panel
from vinn_ros.neighbors_view.camera_place import CameraPlace
from vinn_ros.stretch_bridge.kinematics_settings import KINEMATICS_PARAMETERS
from vinn_training.bank.bundle import load_bundle

BLUE = (20, 60, 200)
JOINTS = {"joint_lift": 0.6, "wrist_extension": 0.2, "joint_wrist_yaw": 0.1, "joint_wrist_pitch": 0.0,
          "joint_wrist_roll": 0.0}  # fmt: skip


class World:
    """The view, its inputs and what it shows."""

    def __init__(self, ros, bundle, path=None, **parameters):
        self.ros = ros
        self.bundle = load_bundle(bundle) if bundle else None
        path = path or bundle or ""
        compressed = parameters.get("image_transport") == "compressed"
        kind, topic = (CompressedImage, "image_raw/compressed") if compressed else (Image, "image_raw")
        self.images = ros.node.create_publisher(kind, topic, qos.IMAGE)
        self.actions = ros.node.create_publisher(PolicyAction, "action", qos.STREAM)
        self.commands = ros.node.create_publisher(BridgeCommand, "command", qos.STREAM)
        self.banks = ros.node.create_publisher(BankState, "bank", qos.LATCHED)
        self.shown = ros.collect(Image, "neighbors/image", qos.IMAGE)
        self.markers = ros.collect(MarkerArray, "neighbors/markers", qos.STREAM)
        ros.start("neighbors_view", {"bundle": str(path), "rate_hz": 30.0, **parameters})
        for publisher in (self.images, self.actions, self.commands, self.banks):
            ros.wait_for(lambda publisher=publisher: publisher.get_subscription_count() >= 1, "the subscriptions")
        ros.wait_for_report("neighbors_view", "image_subscribers", "1")
        ros.wait_for_report("neighbors_view", "marker_subscribers", "1")

    def header(self):
        return Header(stamp=self.ros.node.get_clock().now().to_msg(), frame_id="wrist_camera_optical_frame")

    def action(self, header, **changes):
        bank = self.bundle.bank if self.bundle else None
        values = {
            "header": header,
            "direction": Vector3(x=1.0, y=0.0, z=0.0),
            "translation": Vector3(x=0.8, y=0.0, z=0.0),
            "gripper_opening": 0.9,
            "gripper": GripperState(state=GripperState.OPEN),
            "neighbors": [Neighbor(demonstration="b", frame=4, distance=2.0, weight=1.0)],
            "bank_id": bank.bank_id if bank else "some",
            "encoder_id": bank.encoder_id if bank else "some",
            "settings": PolicySettings(k=10, temperature=1.0, gripper_close_below=0.4, gripper_open_above=0.6,
                                       hold_distance_quantile=0.9),
        }  # fmt: skip
        return PolicyAction(**{**values, **changes})

    def image(self, header):
        return rgb_to_image(np.full((60, 80, 3), BLUE, np.uint8), header)

    def show(self, image_first=True, **changes):
        """Publish an image and its action until they are shown (an image may be lost); return the picture."""

        def tried():
            header = self.header()
            messages = [(self.images, self.image(header)), (self.actions, self.action(header, **changes))]
            for publisher, message in messages if image_first else reversed(messages):
                publisher.publish(message)
                self.ros.spin_for(0.05)
            end_s = time.monotonic() + 2.0
            while time.monotonic() < end_s:
                self.ros.spin_for(0.05)
                found = [item for item in self.shown if item.header == header]
                if found and _query_colour(image_to_rgb(found[-1])) == BLUE:
                    return found
            return []

        return image_to_rgb(self.ros.wait_for(tried, "the picture of an action with its image")[-1])


def _query_colour(picture):
    box = panel._QUERY
    return tuple(int(value) for value in picture[box.y + box.height // 2, box.x + 4])


def _tile(picture, index):
    left = panel._MARGIN_PX + index * (panel._TILE_PX + panel._MARGIN_PX)
    return picture[panel._TILES_Y : panel._TILES_Y + panel._TILE_PX, left : left + panel._TILE_PX]


def _added(message, ns):
    return [marker for marker in message.markers if marker.ns == ns and marker.action == Marker.ADD]


def test_an_action_is_shown_under_its_images_header_in_either_order_until_the_node_is_deactivated(ros, bundle):
    world = World(ros, bundle)
    for image_first in (True, False):
        picture = world.show(image_first)
        assert picture.shape == (480, 640, 3)
        assert tuple(picture[1, 1]) == palette.ACTING
    bank = world.bundle.bank
    row = next(
        row for row in range(len(bank))
        if bank.demonstration_names[bank.demonstration[row]] == "b" and bank.frame[row] == 4
    )  # fmt: skip
    difference = np.abs(_tile(picture, 0).mean(axis=(0, 1)) - world.bundle.thumbnails[row].mean(axis=(0, 1)))
    assert difference.max() < 25  # the neighbour's picture, with an arrow in it
    ros.wait_for(lambda: any(_added(message, "action") for message in world.markers), "markers")
    (arrow,) = _added(world.markers[-1], "action")
    assert (arrow.points[1].x, arrow.points[1].y) == (pytest.approx(0.15), 0.0)
    (neighbor,) = _added(world.markers[-1], "neighbors")
    tip = neighbor.points[1]
    np.testing.assert_allclose([tip.x, tip.y, tip.z], 0.15 * bank.directions[row], atol=1e-6)
    assert ros.change_state("neighbors_view", Transition.TRANSITION_DEACTIVATE)
    ros.wait_for(
        lambda: any(item.ns == "action" and item.action == Marker.DELETE for item in world.markers[-1].markers),
        "the markers' removal",
    )
    assert ros.change_state("neighbors_view", Transition.TRANSITION_ACTIVATE)
    world.show()


def test_holds_bad_messages_and_another_bank_are_said_and_the_node_lives_on(ros, bundle):
    world = World(ros, bundle)
    picture = world.show(hold=True, hold_reason="unfamiliar image")
    assert tuple(picture[1, 1]) == palette.HOLD
    world.actions.publish(world.action(world.header(), gripper_opening=float("nan")))
    ros.wait_for(lambda: "gripper_opening is nan" in ros.output("neighbors_view"), "the refusal")
    world.banks.publish(BankState(version=1, demonstrations=["a"], frames=[]))
    ros.wait_for(lambda: "1 demonstrations and 0 numbers" in ros.output("neighbors_view"), "the refusal")
    foreign = world.show(bank_id="another")
    added = world.show(
        bank_id="another", bank_version=1, neighbors=[Neighbor(demonstration="new", distance=1.0, weight=1.0)]
    )
    for picture in (foreign, added):
        assert (_tile(picture, 0) == palette.EMPTY).all(axis=2).mean() > 0.7
    assert "Traceback" not in ros.output("neighbors_view")
    assert ros.stop("neighbors_view", timeout_s=5.0) == 0


def test_no_bundle_and_compressed_images_work_too(ros):
    world = World(ros, None, image_transport="compressed")
    world.image = lambda header: rgb_to_compressed(np.full((60, 80, 3), 255, np.uint8), header, 90)
    header = world.header()
    copies = ros.collect(CompressedImage, "neighbors/image/compressed", qos.IMAGE)

    def shown():
        world.images.publish(world.image(header))
        world.actions.publish(world.action(header))
        ros.spin_for(0.2)
        return [copy for copy in copies if copy.header == header and copy.format.endswith("bgr8")]

    picture = image_to_rgb(ros.wait_for(shown, "a compressed picture")[-1])
    assert picture.shape == (480, 640, 3)
    assert "neighbours have names and no pictures" in ros.output("neighbors_view")


def test_a_broken_bundle_is_said_and_actions_are_shown_all_the_same(ros, tmp_path):
    world = World(ros, None, path=tmp_path)
    assert "neighbours have no pictures" in ros.output("neighbors_view")
    assert "manifest.json" in ros.output("neighbors_view")
    world.show()
    assert "Traceback" not in ros.output("neighbors_view")


def test_the_rate_is_limited_and_silence_is_told(ros, bundle):
    world = World(ros, bundle, rate_hz=2.0)
    world.show()
    before, started_s = len(world.shown), time.monotonic()
    while time.monotonic() - started_s < 2.0:
        header = world.header()
        world.images.publish(world.image(header))
        world.actions.publish(world.action(header))
        ros.spin_for(0.03)
    elapsed_s = time.monotonic() - started_s
    assert len(world.shown) - before <= 2.0 * elapsed_s + 2
    count = len(world.shown)
    ros.wait_for(lambda: len(world.shown) > count + 1, "notices")
    assert tuple(image_to_rgb(world.shown[-1])[1, 1]) == palette.HOLD
    ros.wait_for(
        lambda: not any(marker.action == Marker.ADD for marker in world.markers[-1].markers), "the markers' removal"
    )


def test_a_view_that_stands_still_does_not_delay_the_policy(ros, bundle):
    loaded = load_bundle(bundle)
    answers = ros.collect(PolicyAction, "action", qos.STREAM)
    embeddings = ros.node.create_publisher(Embedding, "embedding", qos.STREAM)
    images = ros.node.create_publisher(Image, "image_raw", qos.IMAGE)
    ros.start("policy", {"bundle": str(bundle)})
    ros.start("neighbors_view", {"bundle": str(bundle)})
    ros.wait_for_report("policy", "subscribers", "2")
    shown = ros.collect(Image, "neighbors/image", qos.IMAGE)
    ros.wait_for_report("neighbors_view", "image_subscribers", "1")
    ros.wait_for(lambda: embeddings.get_subscription_count() == 1, "the policy")
    process = ros.processes["neighbors_view"]
    process.send_signal(signal.SIGSTOP)
    try:
        for index in range(60):  # more than any queue holds
            header = Header(stamp=ros.node.get_clock().now().to_msg(), frame_id="wrist_camera_optical_frame")
            images.publish(rgb_to_image(np.zeros((480, 640, 3), np.uint8), header))
            embedding = loaded.bank.embeddings[index % len(loaded.bank)]
            embeddings.publish(embedding_to_message(embedding, loaded.encoder.encoder_id, header))
            ros.wait_for(lambda index=index: len(answers) > index, "an answer", 20.0)
    finally:
        process.send_signal(signal.SIGCONT)
    assert len(answers) == 60
    ros.wait_for(lambda: shown, "the view to go on")


def test_what_was_sent_is_drawn_where_the_bridges_camera_is(ros, bundle):
    states = ros.node.create_publisher(JointState, "joint_states", qos.ROBOT_STATE)
    ros.start("stretch_bridge", {"autostart": False, "camera_height_m": 0.2})
    world = World(ros, bundle)
    ros.wait_for(lambda: ros.node.count_subscribers("joint_states") >= 2, "those who hear joint states")

    def known():
        states.publish(JointState(name=list(JOINTS), position=list(JOINTS.values())))
        header = world.header()
        world.commands.publish(BridgeCommand(header=header, commanded_m=Vector3(x=0.01, y=-0.03, z=0.02)))
        world.show()
        return world.markers and _added(world.markers[-1], "sent")

    line, ball = ros.wait_for(known, "the marker of what was sent")
    assert line.header.frame_id == "base_link"
    values = {spec.name: spec.default for spec in KINEMATICS_PARAMETERS}
    camera = CameraPlace({**values, "camera_height_m": 0.2}, None).pose_in_base(JOINTS)
    start, end = (np.array([point.x, point.y, point.z]) for point in line.points)
    np.testing.assert_allclose(start, camera.position_m, atol=1e-9)
    np.testing.assert_allclose(end - start, [0.01, -0.03, 0.02], atol=1e-9)
    assert (ball.pose.position.x, ball.pose.position.z) == (line.points[1].x, line.points[1].z)
