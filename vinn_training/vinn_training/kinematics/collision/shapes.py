"""The collision geometry of a robot description, as convex shapes."""

from __future__ import annotations

import itertools
import os
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import coal
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.descriptions import RobotDescription
from vinn_training.kinematics.urdf_chain import parse_urdf

#: Support points of a hull are searched one by one up to here; a finer mesh becomes its bounding box.
MAX_HULL_POINTS = 32

#: Stickers: flat, on the surface of what they mark.
_MARKERS = "link_aruco"


@dataclass(frozen=True)
class Shape:
    """A convex shape on a link.

    Attributes:
        link: The link that carries it.
        geometry: Shape whose origin is the centre of its bounding box.
        transform_shape_to_link: Pose of that centre on the link.
        points_m: (K, 3) float64, K at most 32, in the shape's frame: the shape is within their hull, ...
        round_m: ... blown up by this.
    """

    link: str
    geometry: coal.CollisionGeometry
    transform_shape_to_link: pin.SE3
    points_m: NDArray[np.float64]
    round_m: float = 0.0

    @property
    def radius_m(self) -> float:
        """Radius of a sphere about the centre that covers the shape."""
        return float(np.linalg.norm(self.points_m, axis=1).max()) + self.round_m

    @property
    def half_extents_m(self) -> NDArray[np.float64]:
        """Half the size of the bounding box in the shape's axes, (3,)."""
        return np.abs(self.points_m).max(axis=0) + self.round_m


def sphere(link: str, centre_m: NDArray[np.float64], radius_m: float) -> Shape:
    """Return a sphere on a link, its centre (3,) in the link's frame."""
    placement = pin.SE3(np.eye(3), np.asarray(centre_m, dtype=np.float64))
    return Shape(link, coal.Sphere(radius_m), placement, np.zeros((1, 3)), radius_m)


def box(link: str, centre_m: NDArray[np.float64], size_m: Sequence[float]) -> Shape:
    """Return a box on a link, its centre (3,) and its axes those of the link's frame."""
    return _centred_box(link, pin.SE3(np.eye(3), np.asarray(centre_m, dtype=np.float64)), np.array(size_m))


def cylinder(link: str, transform_to_link: pin.SE3, radius_m: float, length_m: float) -> Shape:
    """Return a cylinder on a link, about the z axis of the given pose and centred there."""
    points = _corners(np.array([radius_m, radius_m, length_m / 2]))
    return Shape(link, coal.Cylinder(radius_m, length_m), transform_to_link, points)


def load_shapes(description: RobotDescription) -> list[Shape]:
    """Return the collision geometry of a description: boxes, spheres and cylinders as they are, meshes as hulls.

    A hull covers its mesh, so that what is free of the hull is free of the mesh.

    Raises:
        KinematicsError: If there is no collision geometry or a mesh cannot be found or read.
    """
    shapes: list[Shape] = []
    missing: list[str] = []
    for link in parse_urdf(description.xml, description.name).findall("link"):
        name = link.get("name", "")
        if name.startswith(_MARKERS):
            continue
        for collision in link.findall("collision"):
            geometry = collision.find("geometry")
            element = geometry[0] if geometry is not None and len(geometry) else None
            if element is None:
                continue
            placement = placement_of(collision.find("origin"))
            if element.tag != "mesh":
                shapes.append(_primitive(name, element, placement, description.name))
                continue
            path = find_mesh(element.get("filename", ""), description.mesh_folders)
            if path is None:
                missing.append(element.get("filename", ""))
            else:
                shapes.append(_mesh(name, path, _numbers(element.get("scale"), (1.0, 1.0, 1.0)), placement))
    if missing:
        raise KinematicsError(
            f"collision meshes of '{description.name}' are not found: {', '.join(missing[:4])}"
            f"{f' and {len(missing) - 4} more' if len(missing) > 4 else ''}. Set mesh_folder to the folder that holds "
            "them, or self_collision to false to go without the check"
        )
    if not shapes:
        raise KinematicsError(
            f"'{description.name}' has no collision geometry; use the robot's full description, or set self_collision "
            "to false to go without the check"
        )
    return shapes


def find_mesh(uri: str, folders: Sequence[Path]) -> Path | None:
    """Return the file of a mesh, or None where it is not found.

    Args:
        uri: As the URDF has it: a path, `file://`, or `package://` (looked for in the ROS environment first).
        folders: Where to look for a relative path, and then for the file's name alone.
    """
    scheme, _, rest = uri.rpartition("://")
    path = Path(rest)
    if scheme == "package":
        installed = [Path(prefix) / "share" for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)]
        for share in installed:
            if (share / path).is_file():
                return share / path
        path = Path(*path.parts[1:]) if len(path.parts) > 1 else path
    if path.is_absolute() and path.is_file():
        return path
    relative = path.name if path.is_absolute() else path
    for folder in folders:
        for candidate in (folder / relative, folder / path.name):
            if candidate.is_file():
                return candidate
    return None


def _primitive(link: str, element: ET.Element, placement: pin.SE3, name: str) -> Shape:
    if element.tag == "box":
        return _centred_box(link, placement, np.array(_numbers(element.get("size"), ())))
    radius = float(element.get("radius", "nan"))
    if element.tag == "sphere" and radius > 0.0:
        return Shape(link, coal.Sphere(radius), placement, np.zeros((1, 3)), radius)
    length = float(element.get("length", "nan"))
    if element.tag == "cylinder" and radius > 0.0 and length > 0.0:
        return cylinder(link, placement, radius, length)
    raise KinematicsError(
        f"'{name}': collision geometry <{element.tag} {element.attrib}> of '{link}' cannot be used; "
        "expected a box, sphere, cylinder or mesh with positive sizes"
    )


def _centred_box(link: str, placement: pin.SE3, size_m: NDArray[np.float64]) -> Shape:
    return Shape(link, coal.Box(*size_m), placement, _corners(size_m / 2))


def _mesh(link: str, path: Path, scale: Sequence[float], placement: pin.SE3) -> Shape:
    try:
        mesh = coal.MeshLoader().load(str(path), np.array(scale, dtype=np.float64))
    except (RuntimeError, ValueError) as error:
        raise KinematicsError(f"cannot read the mesh '{path}' of '{link}': {error}") from error
    points = np.array(mesh.vertices())
    low, high = points.min(axis=0), points.max(axis=0)
    centre = (low + high) / 2
    centred = placement * pin.SE3(np.eye(3), centre)
    if len(points) > MAX_HULL_POINTS or not (high > low).all():
        return _centred_box(link, centred, high - low)
    corners, triangles = coal.StdVec_Vec3s(), coal.StdVec_Triangle()
    for point in points:
        corners.append(point - centre)
    # The triangles only serve the search of far larger hulls; up to this size every point is looked at.
    triangles.append(coal.Triangle(0, 1, 2))
    return Shape(link, coal.Convex(corners, triangles), centred, points - centre)


def _corners(half_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return half_m * np.array(list(itertools.product((-1.0, 1.0), repeat=3)))


def placement_of(element: ET.Element | None) -> pin.SE3:
    """Return the pose in a URDF's <origin>; the identity where there is none."""
    if element is None:
        return pin.SE3.Identity()
    roll, pitch, yaw = _numbers(element.get("rpy"), (0.0, 0.0, 0.0))
    return pin.SE3(pin.rpy.rpyToMatrix(roll, pitch, yaw), np.array(_numbers(element.get("xyz"), (0.0, 0.0, 0.0))))


def _numbers(text: str | None, default: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split()) if text else tuple(default)
