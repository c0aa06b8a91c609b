import pytest

from vinn_ros.stretch_bridge.episode_settings import PARAMETERS, episode_settings
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.sim.driver_config import DriverConfig
from vinn_training.sim.kinematic_robot import KinematicRobot

DEFAULTS = {spec.name: spec.default for spec in PARAMETERS} | {"gripper_open_rad": 0.05}


def test_by_default_the_start_pose_is_where_the_stand_in_starts_and_homing_ends():
    pose = episode_settings(DEFAULTS).start_pose.positions
    stand_in = KinematicRobot().joint_positions()
    assert pose == {name: stand_in[name] for name in pose}
    home = DriverConfig().home_pose
    assert home == {name: pose[name] for name in home}
    assert set(pose) == {joints.EXTENSION, joints.LIFT, *joints.WRIST, joints.FINGER_LEFT}


def test_the_values_arrive_where_they_belong():
    values = DEFAULTS | {
        "start_offset_m": 0.01, "start_reach_m": 0.4, "episode_max_steps": 7,
        "episode_max_time_s": 8.0, "episode_max_hold_s": 9.0,
    }  # fmt: skip
    settings = episode_settings(values)
    assert (settings.offset_m, settings.reach_m) == (0.01, 0.4)
    assert (settings.max_steps, settings.max_time_s, settings.max_hold_s) == (7, 8.0, 9.0)


def test_lists_that_do_not_belong_together_are_refused():
    with pytest.raises(InvalidInput, match="set both together"):
        episode_settings(DEFAULTS | {"start_pose_positions": [0.1]})
