from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("visualization_msgs", reason="visualization_msgs is a part of every ROS installation")

from builtin_interfaces.msg import Time
from visualization_msgs.msg import Marker

from vinn_ros.neighbors_view import palette
from vinn_ros.neighbors_view.camera_place import CameraPose
from vinn_ros.neighbors_view.markers import MarkerWriter
from vinn_ros.neighbors_view.view import CommandReading
from vinn_training.contracts import GripperState

CAMERA = CameraPose(np.array([0.1, -0.5, 0.9]), np.eye(3))


@pytest.fixture
def writer():
    return MarkerWriter(arrow_length_m=0.2, lifetime_s=1.5)


def _of(message, ns):
    return [marker for marker in message.markers if marker.ns == ns and marker.action == Marker.ADD]


def _deleted(message):
    return {(marker.ns, marker.id) for marker in message.markers if marker.action == Marker.DELETE}


def _xyz(point):
    return [point.x, point.y, point.z]


def _rgb(marker):
    return tuple(round(255 * value) for value in (marker.color.r, marker.color.g, marker.color.b))


def test_the_actions_arrow_is_at_the_camera_and_points_as_it_says(writer, view, with_action):
    (arrow,) = _of(writer.of(with_action(view, direction=np.array([0.6, 0.0, 0.8])), None), "action")
    assert arrow.header.frame_id == "wrist_camera_optical_frame"
    assert arrow.header.stamp == Time(sec=5)
    assert arrow.type == Marker.ARROW
    assert _xyz(arrow.points[0]) == [0.0, 0.0, 0.0]
    assert _xyz(arrow.points[1]) == pytest.approx([0.12, 0.0, 0.16])
    assert _rgb(arrow) == palette.ACTION
    assert arrow.color.a == 1.0
    assert arrow.pose.orientation.w == 1.0
    assert (arrow.lifetime.sec, arrow.lifetime.nanosec) == (1, 500_000_000)


def test_neighbours_are_fainter_the_less_they_weigh_and_of_the_same_colour(writer, view):
    heavy, light = (replace(view.neighbors[0], asked=replace(view.neighbors[0].asked, weight=w)) for w in (0.9, 0.1))
    arrows = _of(writer.of(replace(view, neighbors=(heavy, light)), None), "neighbors")
    assert [arrow.id for arrow in arrows] == [0, 1]
    assert {_rgb(arrow) for arrow in arrows} == {palette.ACTION}
    assert 0.1 < arrows[1].color.a < arrows[0].color.a <= 0.5
    assert _xyz(arrows[0].points[1]) == pytest.approx([0.0, 0.0, 0.2])


def test_what_is_at_rest_or_not_known_has_no_arrow(writer, view, with_action):
    at_rest = replace(view.neighbors[0], direction=np.zeros(3, np.float32))
    unknown = replace(view.neighbors[1], direction=None)
    still = replace(with_action(view, direction=np.zeros(3)), neighbors=(at_rest, unknown))
    message = writer.of(still, None)
    assert _of(message, "neighbors") == []
    assert _of(message, "action") == []


def test_the_target_is_in_base_link_from_the_camera_in_true_size(writer, view, command):
    message = writer.of(replace(view, command=command), CAMERA)
    line, ball = _of(message, "sent")
    assert line.header.frame_id == ball.header.frame_id == "base_link"
    assert _xyz(line.points[0]) == pytest.approx([0.1, -0.5, 0.9])
    assert _xyz(line.points[1]) == pytest.approx([0.11, -0.54, 0.9])
    assert _xyz(ball.pose.position) == pytest.approx([0.11, -0.54, 0.9])
    assert _rgb(ball) == palette.SENT
    assert _of(writer.of(replace(view, command=command), None), "sent") == []  # the camera's place is not known
    stop = CommandReading(0, (0.0, 0.0, 0.0), True, "runstop")
    assert _of(writer.of(replace(view, command=stop), CAMERA), "sent") == []


def test_colours_and_words_say_what_the_image_says(writer, view, with_action):
    (state,) = _of(writer.of(with_action(view, gripper=GripperState.CLOSED), None), "state")
    assert (state.text, _rgb(state)) == ("gripper closed", palette.GRIPPER[GripperState.CLOSED])
    held = writer.of(with_action(view, hold=True), None)
    assert _of(held, "state")[0].text == "HOLD"
    assert _rgb(_of(held, "state")[0]) == _rgb(_of(held, "action")[0]) == palette.HOLD
    stop = CommandReading(0, (0.0, 0.0, 0.0), True, "runstop")
    assert _of(writer.of(replace(view, command=stop), None), "state")[0].text == "STOPPED"


def test_markers_that_the_next_message_lacks_are_removed_by_it_and_no_others(writer, view, command):
    writer.of(replace(view, command=command), CAMERA)
    fewer = writer.of(replace(view, neighbors=view.neighbors[:2]), CAMERA)
    assert _deleted(fewer) == {("neighbors", 2), ("neighbors", 3), ("neighbors", 4), ("sent", 0), ("sent", 1)}
    assert _deleted(writer.of(replace(view, neighbors=view.neighbors[:2]), CAMERA)) == set()
    last = writer.none(Time(sec=9))
    assert _deleted(last) == {("neighbors", 0), ("neighbors", 1), ("action", 0), ("state", 0)}
    assert len(last.markers) == 4
    assert writer.none(Time(sec=10)).markers == []
