import math

import pytest

from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import CameraMount
from vinn_training.kinematics.controller import CartesianController
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path


def test_package_file_and_published_description_make_the_same_robot(tmp_path):
    """A published description comes without its meshes' folder; the package's are the same model's."""
    xml = description_path(DEFAULT_DESCRIPTION).read_text()
    own = tmp_path / "own.urdf"
    own.write_text(xml)
    packaged, filed, published = (
        CartesianController(config)
        for config in (
            CartesianControllerConfig(),
            CartesianControllerConfig(urdf_path=str(own)),
            CartesianControllerConfig(urdf_xml=xml.replace("./meshes/", "package://stretch_description/meshes/")),
        )
    )
    assert packaged.robot.joint_names == filed.robot.joint_names == published.robot.joint_names
    assert published.robot.description.name == "robot_description"
    assert filed.robot.description.name == "own.urdf"


def test_a_calibrated_description_is_the_one_that_is_used():
    """The robot's own lift axis, a centimetre off: forward kinematics must show it."""
    xml = description_path(DEFAULT_DESCRIPTION).read_text()
    nominal = CartesianController().robot
    calibrated = CartesianController(CartesianControllerConfig(urdf_xml=_moved_up(xml, 0.01))).robot
    q = nominal.configuration({joints.LIFT: 0.5, joints.EXTENSION: 0.1, **dict.fromkeys(joints.WRIST, 0.0)}, 0.0)
    difference = calibrated.camera_pose(q).translation - nominal.camera_pose(q).translation
    assert difference == pytest.approx([0.0, 0.0, 0.01], abs=1e-9)


def _moved_up(xml: str, by_m: float) -> str:
    import xml.etree.ElementTree as ET

    root = ET.fromstring(xml)
    origin = next(j.find("origin") for j in root.iter("joint") if j.get("name") == "joint_mast")
    x, y, z = (float(part) for part in origin.get("xyz").split())
    origin.set("xyz", f"{x} {y} {z + by_m}")
    return ET.tostring(root, encoding="unicode")


def test_description_without_the_named_links_says_what_to_set():
    with pytest.raises(KinematicsError) as error:
        CartesianController(CartesianControllerConfig(description="RE1V0/tool_none"))
    for part in ("link_straight_gripper", "camera_link", "link_grasp_center", "grasp_link", "link_wrist_yaw"):
        assert part in str(error.value)


def test_missing_meshes_say_what_to_set():
    config = CartesianControllerConfig(
        urdf_xml=description_path(DEFAULT_DESCRIPTION).read_text().replace("_collision.STL", "_mine.STL")
    )
    with pytest.raises(KinematicsError, match="mesh_folder"):
        CartesianController(config)


def test_mesh_folder_comes_first(tmp_path):
    config = CartesianControllerConfig(mesh_folder=str(tmp_path))
    assert config.robot_description().mesh_folders[0] == tmp_path


@pytest.mark.parametrize(
    "change",
    [
        {"step_time_s": 0.0},
        {"step_time_s": math.nan},
        {"collision_margin_m": 0.0},
        {"camera_radius_m": -0.1},
        {"camera_radius_m": math.inf},
    ],
)
def test_bad_setting_is_refused_by_name(change):
    with pytest.raises(InvalidInput, match=next(iter(change))):
        CartesianControllerConfig(**change)


def test_speeds_are_the_defaults_but_for_those_given():
    speeds = CartesianControllerConfig(joint_speeds=((joints.LIFT, 0.05),)).speeds()
    assert speeds[joints.LIFT] == 0.05
    assert speeds[joints.BASE] == 0.2
    with pytest.raises(InvalidInput, match=r"joint_elbow.*joint_lift"):
        CartesianControllerConfig(joint_speeds=(("joint_elbow", 1.0),)).speeds()
    with pytest.raises(InvalidInput, match="'joint_lift'"):
        CartesianController(CartesianControllerConfig(joint_speeds=((joints.LIFT, -1.0),)))


def test_differences_name_the_settings_that_are_not_the_same():
    config = CartesianControllerConfig()
    assert config.differences(CartesianControllerConfig()) == set()
    other = CartesianControllerConfig(
        max_step_m=0.01, camera_mount=CameraMount.tilted_down(tilt_rad=0.1), joint_speeds=((joints.LIFT, 0.05),)
    )
    assert config.differences(other) == {"max_step_m", "camera_mount", "joint_speeds"}
