"""The parts of the Stretch with their shapes, on a chain that has each arm segment and the fingers."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from vinn_training.kinematics import joints
from vinn_training.kinematics.collision.cover import cover
from vinn_training.kinematics.collision.shapes import box, load_shapes, sphere
from vinn_training.kinematics.robot_model import RobotModel
from vinn_training.kinematics.urdf_chain import body_chain, parse_urdf

FLOOR = "floor"
CAMERA = "wrist camera"

#: Side of the piece of floor that goes with the base, far beyond the robot's reach.
_FLOOR_SIZE_M = 8.0
_FINGERS = (joints.FINGER_LEFT, joints.FINGER_RIGHT)


class Bodies:
    """M convex shapes on the Stretch's moving parts, the wrist camera's cover and the floor.

    The four arm segments are where the telescope has them, at equal quarters of the extension. Parts that move
    without being known here (the head) are covered in all their poses by cylinders. The floor is the plane z = 0 of
    base_link and goes with the base: what the base does changes no distance here.

    Args:
        robot: The chain that carries the camera; its description gives the shapes.
        camera_radius_m: Radius of a sphere about the camera's optical centre that covers the camera; 0 for none.

    Attributes:
        model: Pinocchio model with nv joints: lift, arm segments, wrist, fingers.
        geometry: The shapes on it; pairs are added by their user.
        names: (M) what messages call each shape: its link, or what it stands for.
        shapes: (M) the shapes.
        joint_of: (M,) int64, joint that carries each shape; 0 for what is fixed to the base.
        is_supported: (M, nv) bool, whether a joint moves a shape.
        reach_m: (M, nv) float64, no point of a shape moves farther than this for a unit of the joint's motion.
        is_slide: (nv,) bool, whether a joint slides; the others turn, and all come after the slides.
        is_guided: (M,) bool, whether only slides (lift, arm segments) move a shape, or nothing.
        is_finger: (M,) bool.
        q_to_full: (nv, n) float64, joint values of `model` for q of the robot.
        finger_to_full: (nv,) float64, the same for the finger angle.

    Raises:
        KinematicsError: If the description has no usable collision geometry.
    """

    def __init__(self, robot: RobotModel, camera_radius_m: float) -> None:
        root = parse_urdf(robot.description.xml, robot.description.name)
        self.model = pin.buildModelFromXML(body_chain(root))
        plain = load_shapes(robot.description)
        shapes = [cover(shape, root, self.model) for shape in plain]
        self.names: tuple[str, ...] = (*(shape.link for shape in plain), FLOOR)
        universe = self.model.frames[1].name if self.model.nframes > 1 else "base_link"
        shapes.append(box(universe, np.array([0.0, 0.0, -0.5]), (_FLOOR_SIZE_M, _FLOOR_SIZE_M, 1.0)))
        if camera_radius_m > 0.0:
            self.names = (*self.names, CAMERA)
            shapes.append(sphere(robot.mount.parent_link, robot.mount.position_m, camera_radius_m))
        self.shapes = tuple(shapes)
        self.geometry = pin.GeometryModel()
        placements = []
        for index, shape in enumerate(shapes):
            frame = self.model.frames[self.model.getFrameId(shape.link, pin.FrameType.BODY)]
            placements.append((frame.parentJoint, frame.placement * shape.transform_shape_to_link))
            self.geometry.addGeometryObject(pin.GeometryObject(str(index), *placements[-1], shape.geometry))
        self.joint_of = np.array([joint for joint, _ in placements], dtype=np.int64)
        self.is_supported = np.array([_support(self.model, joint) for joint, _ in placements])
        self.reach_m = np.array(
            [
                _reach(self.model, joint, float(np.linalg.norm(placement.translation)) + shape.radius_m)
                for (joint, placement), shape in zip(placements, shapes, strict=True)
            ]
        )
        self.q_to_full, self.finger_to_full = _maps(self.model, robot.joint_names)
        self.is_slide = np.array([_is_slide(self.model, joint) for joint in range(1, self.model.njoints)])
        self.is_guided = ~(self.is_supported & ~self.is_slide).any(axis=1)
        self.is_finger = (self.is_supported & (self.finger_to_full != 0.0)).any(axis=1)

    def full(self, q: NDArray[np.float64], finger_rad: float) -> NDArray[np.float64]:
        """Return the joint values of `model`, (nv,), for the robot's q, (n,), and the finger angle."""
        return self.q_to_full @ q + self.finger_to_full * finger_rad


def _is_slide(model: pin.Model, joint: int) -> bool:
    return "JointModelP" in model.joints[joint].shortname()


def _support(model: pin.Model, joint: int) -> NDArray[np.bool_]:
    moves = np.zeros(model.nv, dtype=bool)
    while joint > 0:
        moves[model.joints[joint].idx_v] = True
        joint = model.parents[joint]
    return moves


def _reach(model: pin.Model, joint: int, beyond_m: float) -> NDArray[np.float64]:
    """Return a bound on how far a point moves for a unit of each joint; the point is `beyond_m` from the last one."""
    reach = np.zeros(model.nv)
    while joint > 0:
        is_slide = _is_slide(model, joint)
        reach[model.joints[joint].idx_v] = 1.0 if is_slide else beyond_m
        travel_m = max(abs(model.lowerPositionLimit[joint - 1]), abs(model.upperPositionLimit[joint - 1]))
        beyond_m += float(np.linalg.norm(model.jointPlacements[joint].translation)) + (travel_m if is_slide else 0.0)
        joint = model.parents[joint]
    return reach


def _maps(model: pin.Model, joint_names: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    q_to_full = np.zeros((model.nv, len(joint_names)))
    finger_to_full = np.zeros(model.nv)
    for joint, name in enumerate(model.names):
        if name in joints.ARM_SEGMENTS:
            q_to_full[model.joints[joint].idx_v, joint_names.index(joints.EXTENSION)] = 1 / len(joints.ARM_SEGMENTS)
        elif name in joint_names:
            q_to_full[model.joints[joint].idx_v, joint_names.index(name)] = 1.0
        elif name in _FINGERS:
            finger_to_full[model.joints[joint].idx_v] = 1.0
    return q_to_full, finger_to_full
