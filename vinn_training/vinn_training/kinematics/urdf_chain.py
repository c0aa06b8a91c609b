"""The parts of a robot description that move the wrist camera, as URDF text for Pinocchio."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from collections.abc import Collection

import pinocchio as pin

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics import joints

_FINGERS = (joints.FINGER_LEFT, joints.FINGER_RIGHT)


def parse_urdf(xml: str, name: str) -> ET.Element:
    """Return the root of a robot description.

    Raises:
        KinematicsError: If it is not the XML of a robot.
    """
    try:
        root = ET.fromstring(xml.encode("utf-8"))  # bytes: a declared encoding in a str is an error to the parser
    except ET.ParseError as error:
        raise KinematicsError(f"cannot read the robot description '{name}': {error}") from error
    if root.tag != "robot":
        raise KinematicsError(f"'{name}' is the XML of a <{root.tag}>; expected a URDF with <robot> at its root")
    return root


def missing_parts(root: ET.Element, links: Collection[tuple[str, str]]) -> list[str]:
    """Return one line for each joint and link that is needed and not there.

    Args:
        root: Robot description.
        links: Name of each link that is needed, and what to set for another one.
    """
    has_joint = {joint.get("name", "") for joint in root.findall("joint")}
    has_link = {link.get("name", "") for link in root.findall("link")}
    needed = (joints.LIFT, *joints.ARM_SEGMENTS, joints.WRIST_YAW)
    lines = [f"joint '{name}' (every Stretch has it)" for name in needed if name not in has_joint]
    for name, remedy in links:
        if name not in has_link:
            alike = sorted(n for n in has_link if ("grip" in n or "wrist" in n or "grasp" in n) and "camera" not in n)
            lines.append(f"link '{name}' ({remedy}; links there: {', '.join(alike) or 'none of a wrist'})")
    return lines


def camera_model(root: ET.Element, name: str, base: pin.JointModel | None = None) -> pin.Model:
    """Return the model of `camera_chain`.

    Args:
        root: Robot description.
        name: What messages call it.
        base: Joint between the world and the base; None fixes the base.

    Raises:
        KinematicsError: If the parser finds no tree of links in it.
    """
    chain = camera_chain(root)
    try:
        return pin.buildModelFromXML(chain) if base is None else pin.buildModelFromXML(chain, base)
    except ValueError as error:
        raise KinematicsError(f"cannot use the robot description '{name}': {error}") from error


def camera_chain(root: ET.Element) -> str:
    """Return the description with the arm as one joint and everything that does not carry the camera fixed.

    The four segments slide along one line, so putting the whole extension on the last of them moves all that comes
    after it exactly as four equal quarters do.
    """
    chain = _bare(root)
    extension_m = 0.0
    for joint in chain.iter("joint"):
        name = joint.get("name", "")
        limit = joint.find("limit")
        if name in joints.ARM_SEGMENTS and limit is not None:
            extension_m += float(limit.get("upper", "0"))
    for joint in chain.iter("joint"):
        name = joint.get("name", "")
        if name == joints.ARM_SEGMENTS[-1]:
            limit = joint.find("limit")
            if limit is not None:
                limit.set("upper", repr(extension_m))
        elif name not in (joints.LIFT, *joints.WRIST):
            _fix(joint)
    return ET.tostring(chain, encoding="unicode")


def body_chain(root: ET.Element) -> str:
    """Return the description with lift, four arm segments, wrist and fingers moving, and the rest fixed."""
    chain = _bare(root)
    for joint in chain.iter("joint"):
        name = joint.get("name", "")
        if name in (joints.LIFT, *joints.ARM_SEGMENTS, *joints.WRIST, *_FINGERS):
            for mimic in joint.findall("mimic"):
                joint.remove(mimic)
        else:
            _fix(joint)
    return ET.tostring(chain, encoding="unicode")


def _bare(root: ET.Element) -> ET.Element:
    bare = copy.deepcopy(root)
    for link in bare.iter("link"):
        for tag in ("visual", "collision", "inertial"):
            for element in link.findall(tag):
                link.remove(element)
    return bare


def _fix(joint: ET.Element) -> None:
    joint.set("type", "fixed")
    for mimic in joint.findall("mimic"):
        joint.remove(mimic)
