"""3D markers of one action: its arrow and the neighbours' at the camera, and where the bridge sends the camera.

All colours are those of the neighbours image.
"""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Duration, Time
from geometry_msgs.msg import Point
from numpy.typing import NDArray
from rclpy.time import Time as RclpyTime
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from vinn_ros.neighbors_view import palette
from vinn_ros.neighbors_view.camera_place import CameraPose
from vinn_ros.neighbors_view.palette import Colour
from vinn_ros.neighbors_view.view import View
from vinn_training.contracts import REST_NORM

#: Frame of the bridge's commands.
BASE_FRAME = "base_link"
#: Namespaces, which RViz lists with a switch each.
ACTION, NEIGHBORS, SENT, STATE = "action", "neighbors", "sent", "state"


class MarkerWriter:
    """Makes the messages, and removes markers of the message before that the next one does not have.

    Args:
        arrow_length_m: Of a direction of length 1.
        lifetime_s: After so long without another message a marker vanishes by itself.
    """

    def __init__(self, arrow_length_m: float, lifetime_s: float) -> None:
        self._length_m = arrow_length_m
        self._lifetime = Duration(sec=int(lifetime_s), nanosec=int(1e9 * (lifetime_s % 1.0)))
        self._present: dict[tuple[str, int], str] = {}

    def of(self, view: View, camera: CameraPose | None) -> MarkerArray:
        """Return the markers of one action.

        Args:
            view: What is shown.
            camera: Pose of the camera in base_link; None where it is not known, then nothing is drawn of the command.
        """
        action = view.action
        at_camera = Header(stamp=RclpyTime(nanoseconds=action.stamp_ns).to_msg(), frame_id=action.frame_id)
        markers = []
        for index, neighbor in enumerate(view.neighbors):
            if neighbor.direction is not None:
                faint = 0.15 + 0.35 * min(1.0, neighbor.asked.weight)
                markers += self._arrow(at_camera, NEIGHBORS, index, neighbor.direction, palette.ACTION, faint, 0.5)
        colour = palette.HOLD if action.hold else palette.ACTION
        markers += self._arrow(at_camera, ACTION, 0, action.direction, colour, 1.0, 1.0)
        markers.append(self._state(view, at_camera))
        command = view.command
        if camera is not None and command is not None and not command.stopped:
            at_base = Header(stamp=at_camera.stamp, frame_id=BASE_FRAME)
            markers += self._target(at_base, camera.position_m, camera.position_m + command.commanded_m)
        return self._message(markers, at_camera.stamp)

    def none(self, stamp: Time) -> MarkerArray:
        """Return a message that removes all markers."""
        return self._message([], stamp)

    def _message(self, markers: list[Marker], stamp: Time) -> MarkerArray:
        present = {(marker.ns, marker.id): marker.header.frame_id for marker in markers}
        gone = [
            Marker(header=Header(stamp=stamp, frame_id=frame_id), ns=ns, id=number, action=Marker.DELETE)
            for (ns, number), frame_id in self._present.items()
            if (ns, number) not in present
        ]
        self._present = present
        return MarkerArray(markers=[*gone, *markers])

    def _new(self, header: Header, ns: str, number: int, kind: int, colour: Colour, alpha: float = 1.0) -> Marker:
        marker = Marker(header=header, ns=ns, id=number, type=kind, action=Marker.ADD, lifetime=self._lifetime)
        red, green, blue = (value / 255.0 for value in colour)
        marker.color = ColorRGBA(r=red, g=green, b=blue, a=alpha)
        marker.pose.orientation.w = 1.0
        return marker

    def _arrow(
        self,
        header: Header,
        ns: str,
        number: int,
        direction: NDArray[Any],
        colour: Colour,
        alpha: float,
        thickness: float,
    ) -> list[Marker]:
        """Return an arrow from the camera; none for a direction at rest."""
        if float((direction**2).sum()) ** 0.5 <= REST_NORM:
            return []
        marker = self._new(header, ns, number, Marker.ARROW, colour, alpha)
        marker.points = [Point(), _point(direction * self._length_m)]
        shaft_m = 0.08 * thickness * self._length_m
        marker.scale.x, marker.scale.y, marker.scale.z = shaft_m, 2.0 * shaft_m, 0.2 * self._length_m
        return [marker]

    def _target(self, header: Header, start_m: NDArray[Any], target_m: NDArray[Any]) -> list[Marker]:
        """Return a line to where the camera is sent, in true size, and a ball there."""
        line = self._new(header, SENT, 0, Marker.LINE_STRIP, palette.SENT)
        line.points = [_point(start_m), _point(target_m)]
        line.scale.x = 0.006
        ball = self._new(header, SENT, 1, Marker.SPHERE, palette.SENT)
        ball.pose.position = _point(target_m)
        ball.scale.x = ball.scale.y = ball.scale.z = 0.02
        return [line, ball]

    def _state(self, view: View, header: Header) -> Marker:
        """Return a word above the camera: hold, stopped, or the gripper's state in its colour."""
        action, command = view.action, view.command
        stopped = command is not None and command.stopped
        held = action.hold or stopped
        marker = self._new(
            header, STATE, 0, Marker.TEXT_VIEW_FACING, palette.HOLD if held else palette.GRIPPER[action.gripper]
        )
        word = "HOLD" if action.hold else "STOPPED" if stopped else f"gripper {action.gripper.name.lower()}"
        marker.text = word
        marker.pose.position.y = -0.5 * self._length_m  # above: the optical frame's y points down
        marker.scale.z = 0.2 * self._length_m
        return marker


def _point(values: NDArray[Any]) -> Point:
    return Point(x=float(values[0]), y=float(values[1]), z=float(values[2]))
