"""The player as a process, with nodes that answer, answer late, or are not there."""

from __future__ import annotations

import sys
from contextlib import suppress

import psutil
import pytest

pytest.importorskip("rosbags", reason="rosbags is not installed")

from camera_bag import FIRST_NS, PERIOD_NS, write_camera_bag
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from sensor_msgs.msg import Image

from vinn_msgs.msg import PolicyAction
from vinn_ros import qos


def _start(ros, bag, *options):
    command = [sys.executable, "-m", "vinn_ros.play_bag.main", str(bag), *options]
    return ros.run("play_bag", command)


def _stand_in(ros, folder, script):
    """Let a shell script be the command ros2, and so rosbag2's player."""
    folder.mkdir()
    (folder / "ros2").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "ros2").chmod(0o755)
    ros.environment["PATH"] = f"{folder}:{ros.environment['PATH']}"


def _is_alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _stamp_ns(message):
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


@pytest.fixture
def policy(ros):
    """Reports itself as a policy that is not active until `ros.ready` is set, and answers with `ros.answer`."""
    ros.seen, ros.ready = [], False
    reports = ros.node.create_publisher(DiagnosticArray, "/diagnostics", 10)
    actions = ros.node.create_publisher(PolicyAction, "action", qos.STREAM)

    def report():
        text = "answering" if ros.ready else "not active"
        values = [KeyValue(key="subscribers", value=str(actions.get_subscription_count()))]
        reports.publish(DiagnosticArray(status=[DiagnosticStatus(name="policy", message=text, values=values)]))

    def see(image):
        ros.seen.append(_stamp_ns(image))
        if ros.answer(len(ros.seen)):
            actions.publish(PolicyAction(header=image.header))

    ros.node.create_timer(0.05, report)
    ros.node.create_subscription(Image, "image_raw", see, qos.IMAGE)
    return ros


def test_the_bag_waits_for_the_nodes_and_each_image_for_the_answer_before(policy, tmp_path):
    policy.answer = lambda number: True
    player = _start(policy, write_camera_bag(tmp_path, 5), "--nodes", "policy", "--wait-for-answers")
    policy.spin_for(1.0)
    assert policy.seen == []  # the node is not active
    policy.ready = True
    policy.wait_for(lambda: player.poll() is not None, "the end of the bag")
    assert player.returncode == 0
    assert policy.seen == [FIRST_NS + index * PERIOD_NS for index in range(5)]
    assert "5 images played, 5 answered" in policy.output("play_bag")


def test_an_image_without_an_answer_is_passed_over(policy, tmp_path):
    policy.ready, policy.answer = True, lambda number: number != 2
    options = ("--nodes", "policy", "--wait-for-answers", "--answer-timeout-s", "0.5")
    player = _start(policy, write_camera_bag(tmp_path, 3), *options)
    policy.wait_for(lambda: player.poll() is not None, "the end of the bag")
    assert len(policy.seen) == 3
    assert "3 images played, 2 answered" in policy.output("play_bag")
    assert player.returncode == 0


def test_rosbag2s_player_is_given_the_images_alone_and_its_answers_are_heard(policy, tmp_path):
    policy.ready, policy.answer = True, lambda number: True
    bag = write_camera_bag(tmp_path, 4)
    # Notes what it was asked for, and plays with our own.
    player = f"exec {sys.executable} -m vinn_ros.play_bag.main {bag} --nodes policy"
    _stand_in(policy, tmp_path / "bin", f'echo "$@" > {tmp_path}/asked\n{player}')
    process = _start(policy, bag, "--nodes", "policy", "--player", "ros2bag", "--rate", "2")
    policy.wait_for(lambda: process.poll() is not None, "the end of the bag")
    assert process.returncode == 0, policy.output("play_bag")
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith(f"bag play {bag} --topics /camera/image --remap /camera/image:=image_raw --rate 2 ")
    assert policy.output("play_bag").rstrip().endswith("4 images played, 4 answered")


def test_rosbag2s_player_ends_with_ours_even_where_that_is_killed(policy, tmp_path):
    policy.ready = True
    _stand_in(
        policy, tmp_path / "bin", f"echo $$ > {tmp_path}/begun\nmv {tmp_path}/begun {tmp_path}/pid\nexec sleep 300"
    )
    process = _start(policy, write_camera_bag(tmp_path, 2), "--nodes", "policy", "--player", "ros2bag")
    policy.wait_for((tmp_path / "pid").exists, "the player")
    player = psutil.Process(int((tmp_path / "pid").read_text()))
    process.kill()
    try:
        policy.wait_for(lambda: not _is_alive(player), "the player's end", 30.0)
    finally:
        with suppress(psutil.NoSuchProcess):
            player.kill()


def test_without_rosbag2_the_message_says_what_works(ros, tmp_path):
    ros.environment["PATH"] = "/nowhere"
    assert _start(ros, write_camera_bag(tmp_path, 2), "--player", "ros2bag").wait(timeout=60) == 2
    assert "no command ros2; expected --player vinn" in ros.output("play_bag")


def test_nodes_that_never_come_are_named(ros, tmp_path):
    player = _start(ros, write_camera_bag(tmp_path, 2), "--start-timeout-s", "0.5")
    assert player.wait(timeout=60) == 2
    output = ros.output("play_bag")
    assert "still without node perception (not heard of), node policy (not heard of), listeners on /image_raw" in output
    assert "Traceback" not in output


def test_a_mistake_is_one_line(ros, tmp_path):
    assert _start(ros, tmp_path / "nothing").wait(timeout=60) == 2
    assert "play_bag: " in ros.output("play_bag")
    assert "Traceback" not in ros.output("play_bag")


def test_an_option_that_cannot_be_used_is_told_in_one_line(ros, tmp_path):
    assert _start(ros, tmp_path, "--rate", "200").wait(timeout=60) == 2
    assert ros.output("play_bag").strip() == "play_bag: --rate is 200; expected 0.01 to 100"
