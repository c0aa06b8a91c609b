import pytest

from vinn_ros.stretch_bridge.kinematics import BridgeKinematics
from vinn_ros.stretch_bridge.settings import PARAMETERS
from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, RobotDescription

DEFAULTS = {spec.name: spec.default for spec in PARAMETERS}
STATES = {
    "wrist_extension": 0.2,
    "joint_lift": 0.6,
    "joint_wrist_yaw": 0.0,
    "joint_wrist_pitch": 0.0,
    "joint_wrist_roll": 0.0,
    "joint_gripper_finger_left": 0.05,
}
XML = RobotDescription.from_package(DEFAULT_DESCRIPTION).xml
#: A calibrated robot's own: the same, with the lift's range cut short.
CALIBRATED = XML.replace('upper="1.1"', 'upper="0.65"')


@pytest.fixture
def kinematics() -> BridgeKinematics:
    return BridgeKinematics(DEFAULTS)


def lifted_m(kinematics: BridgeKinematics) -> float:
    """Where a step of 8 cm upwards leads the lift, from 0.6 m."""
    kinematics.reset(STATES, 0.0)
    step = kinematics.step([0.0, -0.08, 0.0], GripperState.UNKNOWN, STATES, 0.0)
    assert step.targets is not None
    return step.targets.lift_m


def test_published_description_replaces_the_nominal_one(kinematics):
    assert CALIBRATED != XML
    assert lifted_m(kinematics) > 0.67
    assert not kinematics.uses(CALIBRATED)
    kinematics.load(DEFAULTS, CALIBRATED)
    assert kinematics.uses(CALIBRATED)
    assert kinematics.chosen.source == "topic /robot_description"
    assert kinematics.tools == ("tool_stretch_dex_wrist",)
    assert lifted_m(kinematics) == pytest.approx(0.65, abs=1e-6)


def test_the_same_description_changes_its_source_alone(kinematics):
    kinematics.reset(STATES, 0.0)
    kinematics.load(DEFAULTS, XML)
    assert kinematics.chosen.source == "topic /robot_description"
    assert kinematics.step([0.0, 0.0, 0.01], GripperState.UNKNOWN, STATES, 0.0).success  # no reset was needed


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ("no XML", "cannot read the robot description"),
        ("<robot name='arm'><link name='world'/></robot>", "set camera_link and grasp_link"),
        (XML.replace("joint_lift", "joint_up"), "joint 'joint_lift'"),
        (XML.replace("link_grasp_center", "link_tip"), "link 'link_grasp_center'.*set grasp_link"),
    ],
)
def test_unusable_description_is_refused_and_the_old_one_stays(kinematics, xml, said):
    before = kinematics.chosen
    with pytest.raises(KinematicsError, match=said) as refusal:
        kinematics.load(DEFAULTS, xml)
    assert "use_robot_description" in str(refusal.value)
    assert kinematics.chosen == before
    assert lifted_m(kinematics) > 0.67


def test_tool_of_the_named_description_is_told_exactly_and_of_a_published_one_as_far_as_it_shows():
    values = DEFAULTS | {"robot_description": "SE3/eoa_wrist_dw3_tool_sg3_pro"}
    kinematics = BridgeKinematics(values)
    assert kinematics.tools == ("eoa_wrist_dw3_tool_sg3_pro",)
    kinematics = BridgeKinematics(values, RobotDescription.from_package("SE3/eoa_wrist_dw3_tool_sg3").xml)
    assert set(kinematics.tools) == {"eoa_wrist_dw3_tool_sg3", "eoa_wrist_dw3_tool_sg3_pro"}


def test_limits_change_between_two_steps_and_what_was_commanded_stays(kinematics):
    kinematics.reset(STATES, 0.0)
    kinematics.change(DEFAULTS | {"max_slide_step_m": 0.01}, may_rebuild=False)
    step = kinematics.step([0.0, -0.05, 0.0], GripperState.UNKNOWN, STATES, 0.0)
    assert step.targets is not None
    assert step.targets.lift_m == pytest.approx(0.61, abs=1e-6)
    assert any("joint_lift at its largest step 0.01" in line for line in step.clipped)


def test_collision_settings_change_only_at_rest(kinematics):
    values = DEFAULTS | {"self_collision": False}
    with pytest.raises(InvalidInput, match="self_collision can change only while the bridge is disabled"):
        kinematics.change(values, may_rebuild=False)
    kinematics.change(values, may_rebuild=True)
    kinematics.change(values, may_rebuild=False)  # nothing left to change
    assert lifted_m(kinematics) > 0.67


def test_values_that_cannot_be_used_change_nothing(kinematics):
    with pytest.raises(InvalidInput, match="workspace box"):
        kinematics.change(DEFAULTS | {"workspace_lower_m": [2.0, 0.0, 0.0]}, may_rebuild=True)
    assert lifted_m(kinematics) > 0.67
