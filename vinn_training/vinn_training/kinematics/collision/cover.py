"""Shapes that cover parts whose pose is not known, such as the head's."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from vinn_training.kinematics.collision.shapes import Shape, cylinder, placement_of

#: Positions at which a joint that is not known is looked at, and how far its parts may stand out between them.
_SAMPLES = 24
_BETWEEN_SAMPLES_M = 0.005


def cover(shape: Shape, root: ET.Element, model: pin.Model) -> Shape:
    """Return the shape, or one that covers it at any position of the joints that the model does not move.

    Args:
        shape: Of the description.
        root: The description.
        model: The joints that are known by name.

    Returns:
        The shape itself where all joints on the way to it are known; otherwise a cylinder about the first that is
        not, on the last link before it.
    """
    parents = {_link(joint, "child"): joint for joint in root.findall("joint")}
    chain: list[ET.Element] = []
    link = shape.link
    while link in parents:
        chain.insert(0, parents[link])
        link = _link(chain[0], "parent")
    # Wheels spin, too, but a wheel looks the same at every angle.
    is_free = [
        joint.get("type") in ("revolute", "prismatic") and not model.existJointName(joint.get("name", ""))
        for joint in chain
    ]
    if not any(is_free):
        return shape
    first = is_free.index(True)
    turning, beyond = chain[first], chain[first + 1 :]
    values = [_range(joint) if free else (0.0,) for joint, free in zip(beyond, is_free[first + 1 :], strict=True)]
    corners = [
        shape.transform_shape_to_link.act(shape.half_extents_m * np.array(signs))
        for signs in itertools.product((-1.0, 1.0), repeat=3)
    ]
    points = []
    for position in itertools.product(*values):
        pose = pin.SE3.Identity()
        for joint, value in zip(beyond, position, strict=True):
            pose = pose * placement_of(joint.find("origin")) * _motion(joint, value)
        points += [pose.act(corner) for corner in corners]
    # About the axis of the first of these joints, whatever its angle, all of that is within a cylinder.
    along_axis = pin.Quaternion.FromTwoVectors(np.array([0.0, 0.0, 1.0]), _axis(turning)).toRotationMatrix()
    in_cylinder = np.array(points) @ along_axis
    travel = _range(turning) if turning.get("type") == "prismatic" else np.zeros(1)
    low = in_cylinder[:, 2].min() + travel.min() - _BETWEEN_SAMPLES_M
    high = in_cylinder[:, 2].max() + travel.max() + _BETWEEN_SAMPLES_M
    radius = float(np.linalg.norm(in_cylinder[:, :2], axis=1).max()) + _BETWEEN_SAMPLES_M
    middle = pin.SE3(along_axis, along_axis @ np.array([0.0, 0.0, (low + high) / 2]))
    pose = placement_of(turning.find("origin")) * middle
    return cylinder(_link(turning, "parent"), pose, radius, float(high - low))


def _link(joint: ET.Element, end: str) -> str:
    element = joint.find(end)
    return "" if element is None else element.get("link", "")


def _range(joint: ET.Element) -> NDArray[np.float64]:
    limit = joint.find("limit")
    ends = (0.0, 0.0) if limit is None else (float(limit.get("lower", "0")), float(limit.get("upper", "0")))
    return np.linspace(ends[0], ends[1], _SAMPLES, dtype=np.float64)


def _axis(joint: ET.Element) -> NDArray[np.float64]:
    element = joint.find("axis")
    xyz = "1 0 0" if element is None else element.get("xyz", "1 0 0")
    axis = np.array([float(part) for part in xyz.split()])
    return np.asarray(axis / np.linalg.norm(axis), dtype=np.float64)


def _motion(joint: ET.Element, value: float) -> pin.SE3:
    if joint.get("type") not in ("revolute", "prismatic"):
        return pin.SE3.Identity()
    axis = _axis(joint)
    if joint.get("type") == "prismatic":
        return pin.SE3(np.eye(3), axis * value)
    return pin.SE3(pin.exp3(axis * value), np.zeros(3))
