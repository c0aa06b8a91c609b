"""The vector of the driver's `/joint_pose_cmd` topic, by tool. Bridge and stand-in driver both read it here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from vinn_training.contracts import JointTargets
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints

#: Increment of the base's heading, radians; the driver's name for base rotation.
BASE_ROTATE = "rotate_mobile_base"

_ARM = (joints.EXTENSION, joints.LIFT, joints.WRIST_YAW)
_HEAD = (joints.HEAD_PAN, joints.HEAD_TILT)
_BASE = (joints.BASE, BASE_ROTATE)
_DEX_WRIST = (*_ARM, joints.WRIST_PITCH, joints.WRIST_ROLL, *_HEAD, joints.FINGER_LEFT, *_BASE)
_DEX_WRIST_ALONE = (*_ARM, joints.WRIST_PITCH, joints.WRIST_ROLL, *_HEAD, *_BASE)

#: Joint names in the order of the vector; metres and radians, absolute but for the two base increments.
LAYOUTS: Mapping[str, tuple[str, ...]] = {
    "tool_stretch_dex_wrist": _DEX_WRIST,
    "eoa_wrist_dw3_tool_sg3": _DEX_WRIST,
    "eoa_wrist_dw3_tool_sg3_pro": _DEX_WRIST,
    "eoa_wrist_dw3_tool_nil": _DEX_WRIST_ALONE,
    "eoa_wrist_dw3_tool_tablet_12in": _DEX_WRIST_ALONE,
    "tool_stretch_gripper": (*_ARM, joints.FINGER_LEFT, *_HEAD, *_BASE),
    "tool_none": (*_ARM, *_HEAD, *_BASE),
}


def layout(tool: str) -> tuple[str, ...]:
    """Return the joint names in the order of the tool's vector.

    Raises:
        InvalidInput: If the tool is unknown.
    """
    if tool not in LAYOUTS:
        raise InvalidInput(f"tool is '{tool}'; expected one of {', '.join(LAYOUTS)}")
    return LAYOUTS[tool]


def encode(tool: str, values: Mapping[str, float]) -> list[float]:
    """Return the vector for a tool.

    Args:
        tool: End-of-arm tool, as the driver's `/tool` names it.
        values: By joint name; those that the tool's vector lacks are left out of it.

    Raises:
        InvalidInput: If the tool is unknown, a joint of its vector is missing, a value is not finite, or both base
            increments are non-zero.
    """
    names = layout(tool)
    missing = [name for name in names if name not in values]
    if missing:
        raise InvalidInput(f"command for '{tool}' lacks {', '.join(missing)}")
    return list(_checked({name: float(values[name]) for name in names}).values())


def decode(tool: str, data: Sequence[float]) -> dict[str, float]:
    """Return the vector's values by joint name.

    Raises:
        InvalidInput: If the tool is unknown, the length is wrong, a value is not finite, or both base increments are
            non-zero.
    """
    names = layout(tool)
    if len(data) != len(names):
        raise InvalidInput(f"command has {len(data)} numbers; expected {len(names)} for '{tool}': {', '.join(names)}")
    return _checked({name: float(value) for name, value in zip(names, data, strict=True)})


def measured_joints(tool: str) -> tuple[str, ...]:
    """Return the joints of the tool's vector that joint states measure: all but the two base increments.

    Raises:
        InvalidInput: If the tool is unknown.
    """
    return tuple(name for name in layout(tool) if name not in _BASE)


def hold_values(
    tool: str | None, positions: Mapping[str, float], gripper_rad: float | None = None
) -> dict[str, float] | None:
    """Return the command that holds the robot where it is, by joint name, with no motion of the base.

    Args:
        tool: End-of-arm tool; None (it was not heard, or there is none to hear) takes the joints that are measured.
        positions: Joint states, by the driver's names.
        gripper_rad: The fingers' last command: what they hold must not fall. None holds them where they are.

    Returns:
        The values, or None where arm, lift, wrist yaw or a joint of a known tool is not measured, or not finite. The
        head, which may be held by others, is put to zero where it is not measured.
    """
    known = [*measured_joints(tool)] if tool is not None and tool in LAYOUTS else [*_ARM]
    optional = [] if tool in LAYOUTS else [joints.WRIST_PITCH, joints.WRIST_ROLL, joints.FINGER_LEFT]
    values = {}
    for name in [*known, *(name for name in optional if name in positions)]:
        if name in _HEAD:
            continue
        try:
            values[name] = joints.joint_position(positions, name)
        except KinematicsError:
            return None
    values |= {name: float(positions.get(name, 0.0)) for name in _HEAD}
    if gripper_rad is not None and joints.FINGER_LEFT in values:
        values[joints.FINGER_LEFT] = gripper_rad
    values |= dict.fromkeys(_BASE, 0.0)
    return values if all(math.isfinite(value) for value in values.values()) else None


def command_values(targets: JointTargets, head_pan_rad: float, head_tilt_rad: float) -> dict[str, float]:
    """Return joint targets by joint name, with the head held where it is and no base rotation."""
    return {
        joints.EXTENSION: targets.arm_m,
        joints.LIFT: targets.lift_m,
        joints.WRIST_YAW: targets.wrist_yaw_rad,
        joints.WRIST_PITCH: targets.wrist_pitch_rad,
        joints.WRIST_ROLL: targets.wrist_roll_rad,
        joints.HEAD_PAN: head_pan_rad,
        joints.HEAD_TILT: head_tilt_rad,
        joints.FINGER_LEFT: targets.gripper_rad,
        joints.BASE: targets.base_translate_m,
        BASE_ROTATE: 0.0,
    }


def _checked(values: dict[str, float]) -> dict[str, float]:
    for name, value in values.items():
        if not math.isfinite(value):
            raise InvalidInput(f"command for '{name}' is {value}; expected a finite number")
    if values[joints.BASE] != 0.0 and values[BASE_ROTATE] != 0.0:
        raise InvalidInput(
            f"command translates the base by {values[joints.BASE]} m and rotates it by {values[BASE_ROTATE]} rad; "
            "expected at most one of them to be non-zero"
        )
    return values
