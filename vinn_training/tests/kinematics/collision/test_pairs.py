import numpy as np
import pytest

from vinn_training.kinematics.collision.collision_model import CollisionModel
from vinn_training.kinematics.descriptions import description_names


def pairs_of(robot) -> set[str]:
    return set(CollisionModel(robot).pair_names)


@pytest.mark.parametrize("name", description_names())
def test_tool_is_watched_against_body_and_floor(name, robots):
    robot = robots(name)
    pairs = pairs_of(robot)
    tool = next(
        link
        for link in (*("link_gripper_finger_left", "link_DW3_tablet_12in", "link_wrist_roll", "link_wrist_yaw"),)
        if f'"{link}"' in robot.description.xml
    )
    watched = {other for pair in pairs for other in pair.split(" and ") if tool in pair.split(" and ")}
    assert watched >= {"base_link", "link_mast", "floor", "link_lift", "laser"}
    if tool != "link_wrist_yaw":
        assert watched >= {"link_arm_l4", "link_arm_l1"}


def test_fingers_and_camera_are_watched_against_the_arms_end(robots):
    pairs = pairs_of(robots("RE1V0/tool_stretch_dex_wrist"))
    assert "link_arm_l0 and link_gripper_finger_left" in pairs
    assert "link_arm_l0 and wrist camera" in pairs


@pytest.mark.parametrize(
    "pair",
    [
        "link_arm_l0 and link_wrist_yaw",  # a bearing
        "link_mast and link_lift",  # guided
        "link_arm_l4 and link_arm_l3",  # a telescope
        "link_gripper_finger_left and link_gripper_finger_right",  # meant to meet
        "link_arm_l2 and link_wrist_yaw_bottom",  # stows under it
        "link_wrist_yaw_bottom and link_straight_gripper",  # boxes that overlap in every pose
    ],
)
def test_what_touches_by_design_is_not_watched(pair, robots):
    pairs = pairs_of(robots("RE1V0/tool_stretch_dex_wrist"))
    first, second = pair.split(" and ")
    assert pair not in pairs
    assert f"{second} and {first}" not in pairs


@pytest.mark.parametrize("name", description_names())
def test_working_poses_keep_the_margin(name, robots):
    """Fingers along the arm and along the base, all over lift and arm: nothing may be in the way there.

    Only at the very top the retracted arm comes near what the head may turn to.
    """
    robot = robots(name)
    collision = CollisionModel(robot)
    for yaw in (0.0, 1.53):
        for lift in np.linspace(0.3, 0.9, 4):
            for arm in np.linspace(0.0, 0.52, 5):
                q = np.array([0.0, lift, arm, yaw, 0.0, 0.0][: len(robot.joint_names)])
                assert collision.distances_m(q, 0.05).min() >= collision.margin_m
