"""A collision checker that is not ours. The bridge's tests load this file too: it imports none of its neighbours."""

from __future__ import annotations

import functools
import itertools
import os

import numpy as np
import pinocchio as pin

from vinn_training.kinematics import joints
from vinn_training.kinematics.descriptions import description_path


class MeshChecker:
    """Pinocchio's own reading of the untouched description: triangles of the meshes, pairs named here by hand.

    Watched are the wrist's and gripper's links against the robot's body, and all of them against the floor.
    """

    BODY = (
        *("base_link", "link_mast", "link_head", "laser", "respeaker_base", "link_left_wheel", "link_right_wheel"),
        *("link_lift", "link_arm_l4", "link_arm_l3", "link_arm_l2", "link_arm_l1"),
    )
    WRIST = ("link_wrist_pitch", "link_wrist_roll")
    GRIPPER = (
        *("link_straight_gripper", "link_gripper_s3_body", "link_gripper", "link_DW3_tablet_12in"),
        *("link_gripper_finger_left", "link_gripper_finger_right"),
        *("link_gripper_fingertip_left", "link_gripper_fingertip_right"),
    )

    def __init__(self, name: str) -> None:
        path = str(description_path(name))
        self.model = pin.buildModelFromUrdf(path)
        folder = os.path.dirname(path)
        self.geometry = pin.buildGeomFromUrdf(self.model, path, pin.GeometryType.COLLISION, folder)
        link_of = [self.model.frames[g.parentFrame].name for g in self.geometry.geometryObjects]
        numbers = {link: [i for i, other in enumerate(link_of) if other == link] for link in set(link_of)}
        pairs = [
            *itertools.product((*self.WRIST, *self.GRIPPER), self.BODY),
            *itertools.product(self.GRIPPER[4:], ("link_arm_l0",)),
        ]
        for first, second in pairs:
            for a, b in itertools.product(numbers.get(first, ()), numbers.get(second, ())):
                self.geometry.addCollisionPair(pin.CollisionPair(a, b))
        self.moving = [i for i, link in enumerate(link_of) if link in (*self.WRIST, *self.GRIPPER)]
        self.vertices = {i: self._vertices(i) for i in self.moving}
        self.data, self.geometry_data = self.model.createData(), self.geometry.createData()

    def _vertices(self, number: int) -> np.ndarray:
        shape = self.geometry.geometryObjects[number]
        return np.array(shape.geometry.vertices()) if hasattr(shape.geometry, "vertices") else np.zeros((1, 3))

    def full(self, values: dict[str, float]) -> np.ndarray:
        """Joint values of the untouched model for positions by the driver's names."""
        q = pin.neutral(self.model)
        quarter = values[joints.EXTENSION] / 4
        for name, value in {**values, **dict.fromkeys(joints.ARM_SEGMENTS, quarter)}.items():
            if self.model.existJointName(name):
                q[self.model.joints[self.model.getJointId(name)].idx_q] = value
        return q

    def is_hit(self, values: dict[str, float]) -> bool:
        q = self.full(values)
        if pin.computeCollisions(self.model, self.data, self.geometry, self.geometry_data, q, True):
            return True
        return any(
            (self.geometry_data.oMg[i].translation[2] + self.vertices[i] @ self.geometry_data.oMg[i].rotation[2]).min()
            < 0.0
            for i in self.moving
        )


@functools.cache
def checker_of(name: str) -> MeshChecker:
    return MeshChecker(name)
