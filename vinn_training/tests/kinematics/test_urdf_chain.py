import pinocchio as pin
import pytest

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, RobotDescription
from vinn_training.kinematics.urdf_chain import body_chain, camera_chain, camera_model, missing_parts, parse_urdf


@pytest.fixture(scope="module")
def root():
    return parse_urdf(RobotDescription.from_package(DEFAULT_DESCRIPTION).xml, "stretch")


def test_camera_chain_has_one_joint_for_the_arm(root):
    model = pin.buildModelFromXML(camera_chain(root))
    assert list(model.names)[1:] == ["joint_lift", "joint_arm_l0", *joints.WRIST]
    assert model.upperPositionLimit[1] == pytest.approx(0.52)


def test_body_chain_has_every_segment_and_the_fingers(root):
    model = pin.buildModelFromXML(body_chain(root))
    assert set(list(model.names)[1:]) == {
        *(joints.LIFT, joints.FINGER_LEFT, joints.FINGER_RIGHT),
        *joints.ARM_SEGMENTS,
        *joints.WRIST,
    }


def test_chains_leave_the_description_as_it_was(root):
    collisions = len(root.findall("link/collision"))
    camera_chain(root)
    body_chain(root)
    assert len(root.findall("link/collision")) == collisions > 0


def test_missing_parts_are_all_listed_with_what_to_set(root):
    assert missing_parts(root, (("link_grasp_center", "set grasp_link"),)) == []
    lines = missing_parts(parse_urdf("<robot name='r'><link name='my_gripper'/></robot>", "r"), (("x", "set y"),))
    assert any("'joint_lift'" in line for line in lines)
    assert any("'joint_arm_l0'" in line for line in lines)
    assert "link 'x' (set y; links there: my_gripper)" in lines


@pytest.mark.parametrize(("xml", "message"), [("<robot", "cannot read"), ("<sdf/>", "<sdf>"), ("", "cannot read")])
def test_what_is_no_urdf_is_refused_by_name(xml, message):
    with pytest.raises(KinematicsError, match=message) as error:
        parse_urdf(xml, "mine.urdf")
    assert "mine.urdf" in str(error.value)


def test_declared_encoding_is_no_obstacle():
    assert parse_urdf("<?xml version='1.0' encoding='utf-8'?><robot name='r'/>", "r").tag == "robot"


def test_links_that_make_no_tree_are_refused():
    xml = "<robot name='r'><link name='a'/><link name='b'/></robot>"
    with pytest.raises(KinematicsError, match="mine"):
        camera_model(parse_urdf(xml, "mine"), "mine")
