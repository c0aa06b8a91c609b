import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from vinn_training.exceptions import MissingDependency
from vinn_training.sim.robot_description import BASE_JOINT, description_xml, mesh_folder


def test_the_base_gets_a_joint_and_the_wheels_none() -> None:
    root = ET.fromstring(description_xml(0.25))
    joints = {joint.get("name"): joint for joint in root.findall("joint")}

    assert joints[BASE_JOINT].find("origin").get("xyz") == "0.25 0 0"
    assert joints[BASE_JOINT].find("axis").get("xyz") == "1 0 0"
    assert joints["joint_left_wheel"].get("type") == "fixed"
    assert not any(joint.get("type") == "continuous" for joint in joints.values())


def test_only_loadable_meshes_and_possible_inertias_are_left() -> None:
    root = ET.fromstring(description_xml(0.0))

    for mesh in root.iter("mesh"):
        assert mesh.get("filename").lower().endswith(".stl")
        assert (mesh_folder() / mesh.get("filename").rsplit("/", 1)[-1]).exists()
    for inertial in root.iter("inertial"):
        get = inertial.find("inertia").get
        xx, xy, xz, yy, yz, zz = (float(get(key)) for key in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz"))
        assert float(inertial.find("mass").get("value")) > 0
        assert np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]).min() > 0


def test_a_missing_description_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stretch_urdf", None)
    with pytest.raises(MissingDependency, match="hello-robot-stretch-urdf"):
        mesh_folder()
