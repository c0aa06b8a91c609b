"""Which parts of the Stretch are watched against which."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from vinn_training.kinematics import joints
from vinn_training.kinematics.collision.bodies import CAMERA, Bodies
from vinn_training.kinematics.robot_model import RobotModel

_ARM_LINKS = "link_arm_l"

#: A Stretch touches nothing of itself with lift and arm half way out, the fingers along the arm, along the base or
#: between (the two working poses of the paper and its code), looking level or down, at any roll.
_FREE_YAWS_RAD = (0.0, 0.8, 1.53)
_FREE_PITCHES_RAD = (-1.57, -1.1, -0.6, -0.3, 0.0)
_FREE_ROLLS_RAD = tuple(np.linspace(-3.1, 3.1, 9))
_FREE_FINGERS_RAD = (-0.2, 0.05, 0.3)


def watched_pairs(bodies: Bodies, robot: RobotModel, root: ET.Element, margin_m: float) -> NDArray[np.int64]:
    """Return the pairs of shapes whose distance says something, (P, 2).

    Left out are pairs
    - on one moving part, and pairs that only slides move (base, mast, lift, arm segments): they are guided in one
      another, and the ends of their ways are the joints' ranges;
    - of links that a joint connects, which touch in its bearing;
    - of the arm and what the wrist's yaw alone turns: that passes under the arm at a height that no joint changes,
      and a Stretch stows with one under the other;
    - of the two fingers, which are meant to meet;
    - that are nearer than the margin in a pose in which a Stretch is known to be free: there the simplified shapes
      are larger than the parts, and their distance says nothing.

    Args:
        bodies: The shapes.
        robot: The chain that carries the camera.
        root: The robot description.
        margin_m: Distance that motions are to keep.
    """
    connected = {
        frozenset((joint.find("parent").get("link"), joint.find("child").get("link")))  # type: ignore[union-attr]
        for joint in root.findall("joint")
    }
    candidates = np.array(
        [
            (a, b)
            for a, b in itertools.combinations(range(len(bodies.names)), 2)
            if bodies.joint_of[a] != bodies.joint_of[b]
            and not (bodies.is_guided[a] and bodies.is_guided[b])
            and not (bodies.is_finger[a] and bodies.is_finger[b])
            and not (_is_arm(bodies, a) and _is_yawed(bodies, b))
            and not (_is_arm(bodies, b) and _is_yawed(bodies, a))
            and frozenset((bodies.shapes[a].link, bodies.shapes[b].link)) not in connected
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    return candidates[_least_distances(bodies, robot, candidates) >= margin_m]


def _is_arm(bodies: Bodies, part: int) -> bool:
    return bodies.names[part].startswith(_ARM_LINKS)


def _is_yawed(bodies: Bodies, part: int) -> bool:
    # A camera may sit on the same body as high as the arm: nobody designed its way past.
    return bodies.model.names[int(bodies.joint_of[part])] == joints.WRIST_YAW and bodies.names[part] != CAMERA


def _least_distances(bodies: Bodies, robot: RobotModel, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the least distance of each pair over the poses that are known to be free, (P,)."""
    geometry = bodies.geometry.copy()
    for a, b in pairs.tolist():
        geometry.addCollisionPair(pin.CollisionPair(a, b))
    model_data, geometry_data = bodies.model.createData(), geometry.createData()
    middle = (robot.model.lowerPositionLimit + robot.model.upperPositionLimit) / 2
    wrist = {
        joints.WRIST_YAW: _FREE_YAWS_RAD,
        joints.WRIST_PITCH: _FREE_PITCHES_RAD,
        joints.WRIST_ROLL: _FREE_ROLLS_RAD,
    }
    grid = [wrist.get(name, (middle[index],)) for index, name in enumerate(robot.joint_names)]
    least = np.full(len(pairs), np.inf)
    for q in itertools.product(*grid):
        for finger_rad in _FREE_FINGERS_RAD if bodies.is_finger.any() else (0.0,):
            full = bodies.full(np.array(q), finger_rad)
            pin.computeDistances(bodies.model, model_data, geometry, geometry_data, full)
            least = np.minimum(least, [result.min_distance for result in geometry_data.distanceResults])
    return least
