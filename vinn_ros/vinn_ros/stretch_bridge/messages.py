"""Messages <-> the bridge's plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Vector3
from nav_msgs.msg import Odometry
from std_msgs.msg import Header

from vinn_msgs.msg import BridgeCommand, GripperState, PolicyAction
from vinn_ros.conversions import gripper_from_message, vector_from_message
from vinn_ros.stretch_bridge.core import Move, Stop
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_training import contracts
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.controller_step import ControllerStep


def action_input(message: PolicyAction, image_age_s: float) -> ActionInput:
    """Return an action; one that cannot be read is one that must not move the robot."""
    hold, hold_reason = message.hold, message.hold_reason
    gripper = contracts.GripperState.UNKNOWN
    try:
        gripper = gripper_from_message(message.gripper)
    except InvalidInput as error:
        hold, hold_reason = True, str(error)
    return ActionInput(
        image_age_s=image_age_s,
        frame_id=message.header.frame_id,
        translation=vector_from_message(message.translation),
        gripper=gripper,
        hold=hold,
        hold_reason=hold_reason,
        fingerprint=tuple(neighbor.distance for neighbor in message.neighbors),
    )


def planar_pose(message: Odometry) -> tuple[float, float, float]:
    """Return x and y in metres and the heading in radians."""
    position, q = message.pose.pose.position, message.pose.pose.orientation
    yaw_rad = math.atan2(2.0 * (q.w * q.z + q.x * q.y), 1.0 - 2.0 * (q.y * q.y + q.z * q.z))
    return position.x, position.y, yaw_rad


def move_message(
    move: Move, sent: Mapping[str, float], gripper: GripperState, header: Header, sent_at: Time
) -> BridgeCommand:
    """Return what was sent for an action; `sent` is what of its values went to the robot."""
    message = BridgeCommand(
        header=header,
        sent_at=sent_at,
        requested_m=_vector(move.step.requested_base_m),
        commanded_m=_vector(move.step.commanded_base_m),
        joint_names=list(sent),
        positions=[float(value) for value in sent.values()],
        gripper=gripper,
        clipped=list(move.step.clipped),
    )
    _add_solution(message, move.step)
    return message


def stop_message(stop: Stop, header: Header, sent_at: Time) -> BridgeCommand:
    """Return why nothing was sent but a stop."""
    message = BridgeCommand(header=header, sent_at=sent_at, stopped=True, reason=stop.reason)
    message.residual_m = message.residual_rad = math.inf
    if stop.step is not None:
        message.requested_m = _vector(stop.step.requested_base_m)
        _add_solution(message, stop.step)
    return message


def _add_solution(message: BridgeCommand, step: ControllerStep) -> None:
    message.reached = step.reached
    message.residual_m, message.residual_rad = step.residual_m, step.residual_rad
    message.iterations = step.iterations
    message.solve_time_s = step.solve_s
    message.active_limits = list(step.active)


def _vector(triple: tuple[float, float, float]) -> Vector3:
    return Vector3(x=triple[0], y=triple[1], z=triple[2])
