"""What can go wrong on a real Stretch, as switches: what each imitates, and what a bridge must do about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import LAYOUTS

#: A tool that no command vector is known for.
UNKNOWN_TOOL = "tool_unknown"
IMAGE_FAULTS = ("none", "stopped", "black", "frozen", "frozen_with_its_stamp")
STATE_FAULTS = ("none", "stopped", "frozen", "nan")
STUCK_JOINTS = ("none", joints.EXTENSION, joints.LIFT, *joints.WRIST, joints.FINGER_LEFT, joints.BASE)
TOOLS = ("none", *LAYOUTS, UNKNOWN_TOOL)
MODES = ("none", "navigation", "trajectory")


@dataclass(frozen=True)
class Faults:
    """All faults at one moment; the defaults are a healthy robot. FAULT_GUIDE says what each imitates.

    Attributes:
        image: Of the wrist camera: stopped, black, frozen (old pixels, new stamps) or frozen_with_its_stamp.
        image_latency_s: Images are published this long after they were taken, under the stamp of when they were.
        image_drop_fraction: This part of the images is lost, drawn by the seed.
        joint_states: Of joint_states: stopped, frozen (old values, new stamps) or nan (the lift's position).
        joint_state_drop_fraction: This part of the joint states is lost, drawn by the seed.
        odometry: Of odom: stopped, frozen or nan.
        status_stopped: mode, tool and the flags fall silent.
        commands_refused: joint_pose_cmd and stretch/cmd_vel are refused.
        services_refused: The driver's services answer "no".
        service_latency_s: The driver's services act, and answer, this much later.
        runstopped: Somebody pressed the runstop; false releases it.
        speed_factor: Of every joint's speed.
        stuck_joint: A joint that does not follow, by its name in the joint states.
        tool: Tool that the driver reports and takes vectors for, instead of the node's.
        mode: Mode that somebody else switches the driver to, at the moment this is set.
        unhomed: The driver has lost its homing, and homing does not bring it back.
        stamp_offset_s: Added to every stamp: a clock that jumped forward (positive) or backward.

    Raises:
        InvalidInput: If a value cannot be used.
    """

    image: str = "none"
    image_latency_s: float = 0.0
    image_drop_fraction: float = 0.0
    joint_states: str = "none"
    joint_state_drop_fraction: float = 0.0
    odometry: str = "none"
    status_stopped: bool = False
    commands_refused: bool = False
    services_refused: bool = False
    service_latency_s: float = 0.0
    runstopped: bool = False
    speed_factor: float = 1.0
    stuck_joint: str = "none"
    tool: str = "none"
    mode: str = "none"
    unhomed: bool = False
    stamp_offset_s: float = 0.0

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise InvalidInput(f"fault {name} is '{getattr(self, name)}'; expected one of: {', '.join(choices)}")
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise InvalidInput(f"fault {name} is {value}; expected a number from {low:g} to {high:g}")

    def active(self) -> dict[str, Any]:
        """Return what differs from a healthy robot, by name."""
        return {name: value for name, value in vars(self).items() if value != getattr(HEALTHY, name)}

    def changed(self, changes: Mapping[str, Any]) -> Faults:
        """Return these faults with some of them set.

        Raises:
            InvalidInput: If a name is unknown or a value cannot be used.
        """
        known = [field.name for field in fields(self)]
        for name in changes:
            if name not in known:
                raise InvalidInput(f"unknown fault '{name}'; expected one of: {', '.join(known)}")
        return replace(self, **changes)


#: The allowed texts of a fault, by its name.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "image": IMAGE_FAULTS,
    "joint_states": STATE_FAULTS,
    "odometry": STATE_FAULTS,
    "stuck_joint": STUCK_JOINTS,
    "tool": TOOLS,
    "mode": MODES,
}

#: The smallest and largest value of a fault, by its name.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "image_latency_s": (0.0, 5.0),
    "image_drop_fraction": (0.0, 1.0),
    "joint_state_drop_fraction": (0.0, 1.0),
    "service_latency_s": (0.0, 10.0),
    "speed_factor": (0.01, 1.0),
    "stamp_offset_s": (-3600.0, 3600.0),
}

HEALTHY = Faults()


@dataclass(frozen=True)
class FaultNote:
    """Why a fault is here.

    Attributes:
        imitates: What it is on a real robot.
        bridge_must: What a bridge must do about it.
    """

    imitates: str
    bridge_must: str


#: One note for each field of Faults; shown by `ros2 param describe` and in the documentation's table.
FAULT_GUIDE: Mapping[str, FaultNote] = {
    "image": FaultNote(
        "a camera that was unplugged (stopped), is covered (black), or whose driver hands out its last buffer again "
        "(frozen, with or without its stamp)",
        "stop when the newest usable image is older than its deadline; never act on a picture that the robot's own "
        "motion should have changed and did not",
    ),
    "image_latency_s": FaultNote(
        "a slow link, or a queue that fills between camera and encoder", "stop when images are older than the deadline"
    ),
    "image_drop_fraction": FaultNote(
        "a best-effort link that loses images", "go on through short gaps, stop at one longer than the deadline"
    ),
    "joint_states": FaultNote(
        "a driver that died (stopped), hangs in its loop (frozen) or reads a broken encoder (nan)",
        "stop by the deadline of joint states; not use NaN; notice that commands move nothing",
    ),
    "joint_state_drop_fraction": FaultNote(
        "a best-effort link that loses joint states", "go on through short gaps, stop at one longer than the deadline"
    ),
    "odometry": FaultNote(
        "wheel odometry that died, hangs or is broken", "stop by the deadline; not send base increments blindly"
    ),
    "status_stopped": FaultNote(
        "a driver whose status timer died", "stop: a runstop or a change of mode would not be heard any more"
    ),
    "commands_refused": FaultNote(
        "a driver that ignores vectors, as when another client switched its streaming off",
        "end each motion that does not begin by its time-out, say so, and not pile up motion for later",
    ),
    "services_refused": FaultNote(
        "a driver that will not switch or stop by service", "stop by the command vector, and report the refusal"
    ),
    "service_latency_s": FaultNote(
        "a driver whose services wait for a busy loop", "never wait for an answer in order to stop"
    ),
    "runstopped": FaultNote(
        "somebody pressed the runstop on the robot's head", "stop, send nothing, and not go on when it is released"
    ),
    "speed_factor": FaultNote(
        "an old battery, a heavy load, a worn belt", "wait for each motion, end it by its time-out, never speed up"
    ),
    "stuck_joint": FaultNote(
        "a joint that meets an obstacle, or a motor that is guarded off", "see that it settled short of its target"
    ),
    "tool": FaultNote(
        "another tool than the one the bridge was configured for", "stop; send no vector of the wrong layout"
    ),
    "mode": FaultNote(
        "another client (teleoperation, navigation) that took the robot over",
        "stop, and leave the mode alone until a person asks to go on",
    ),
    "unhomed": FaultNote("a driver that was started again and not homed", "stop, and name the service that homes it"),
    "stamp_offset_s": FaultNote(
        "clocks of two machines out of step, or a time server that corrected one",
        "refuse images from the future and those that are too old by their stamps",
    ),
}
