"""Hello Robot's description of the Stretch (RE1V0 with the dex wrist), as MuJoCo can load it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import lru_cache
from pathlib import Path

import numpy as np

from vinn_training.exceptions import MissingDependency, SimulationError

#: Joint added for the base, which drives along its x axis.
BASE_JOINT = "joint_base_translate"

_DESCRIPTION = Path("RE1V0") / "stretch_description_RE1V0_tool_stretch_dex_wrist.urdf"
_BASE_RANGE_M = 0.6
# The fingers' own collision meshes are left out: the hull of a bowed finger would fill the space it grasps in.
_TOUCHING = {"link_straight_gripper", "link_wrist_pitch", "link_wrist_yaw_bottom", "link_arm_l0"}


def _description_file() -> Path:
    """Return the installed description.

    Raises:
        MissingDependency: If the package is not installed.
    """
    try:
        import stretch_urdf
    except ImportError as error:
        raise MissingDependency(
            "the simulator needs the Stretch's description; install it with: pip install hello-robot-stretch-urdf"
        ) from error
    return Path(stretch_urdf.__file__).parent / _DESCRIPTION


@lru_cache(maxsize=8)
def description_xml(base_x_m: float) -> str:
    """Return the description as XML that MuJoCo accepts, with a joint for the base.

    Args:
        base_x_m: Where the base is along the world's x axis when its joint is at zero.

    Raises:
        MissingDependency: If `hello-robot-stretch-urdf` is not installed.
        SimulationError: If the description cannot be read.
    """
    path = _description_file()
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError) as error:
        raise SimulationError(
            f"cannot read the robot description {path}: {error}; reinstall hello-robot-stretch-urdf"
        ) from error
    for link in root.findall("link"):
        _clean_link(link)
    for joint in root.findall("joint"):
        if joint.get("type") == "continuous":
            joint.set("type", "fixed")  # the base slides; its wheels do not turn
    ET.SubElement(root, "link", name="world_anchor")
    base = ET.SubElement(root, "joint", name=BASE_JOINT, type="prismatic")
    ET.SubElement(base, "parent", link="world_anchor")
    ET.SubElement(base, "child", link="base_link")
    ET.SubElement(base, "origin", xyz=f"{base_x_m} 0 0")
    ET.SubElement(base, "axis", xyz="1 0 0")
    ET.SubElement(base, "limit", lower=f"{-_BASE_RANGE_M}", upper=f"{_BASE_RANGE_M}", effort="300", velocity="1")
    options = {"discardvisual": "false", "fusestatic": "false", "strippath": "true", "balanceinertia": "true"}
    ET.SubElement(ET.SubElement(root, "mujoco"), "compiler", {**options, "meshdir": str(path.parent / "meshes")})
    return ET.tostring(root, encoding="unicode")


def _clean_link(link: ET.Element) -> None:
    """Remove what MuJoCo cannot load or what the simulation does not use."""
    name = link.get("name", "")
    for kind in ("visual", "collision"):
        for part in link.findall(kind):
            mesh = part.find("geometry/mesh")
            loadable = mesh is None or mesh.get("filename", "").lower().endswith(".stl")
            # The markers are flat plates: coplanar points have no convex hull.
            if not loadable or "aruco" in name or (kind == "collision" and name not in _TOUCHING):
                link.remove(part)
    inertial = link.find("inertial")
    if inertial is None:
        return
    mass, inertia = inertial.find("mass"), inertial.find("inertia")
    if mass is None or inertia is None or float(mass.get("value", 0.0)) <= 0.0:
        link.remove(inertial)
        return
    xx, xy, xz, yy, yz, zz = (float(inertia.get(key, 0.0)) for key in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz"))
    if np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]).min() < 1e-9:
        # Fingertips and base markers come with a moment of inertia of zero about some axis.
        for key, value in zip(("ixx", "ixy", "ixz", "iyy", "iyz", "izz"), (1e-6, 0, 0, 1e-6, 0, 1e-6), strict=True):
            inertia.set(key, str(value))


def mesh_folder() -> Path:
    """Return the folder of the description's meshes.

    Raises:
        MissingDependency: If `hello-robot-stretch-urdf` is not installed.
    """
    return _description_file().parent / "meshes"
