"""The start pose with the bridge's real core and kinematics: in closed loop, and in every robot's parameter file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from world import DT_S, World

from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.episode_plan import EpisodeRequest
from vinn_ros.stretch_bridge.episode_settings import PARAMETERS, episode_settings
from vinn_ros.stretch_bridge.episodes import Episodes
from vinn_ros.stretch_bridge.settings import PARAMETERS as BRIDGE_PARAMETERS
from vinn_ros.stretch_bridge.settings import controller_config
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller import CartesianController
from vinn_training.sim.actuators import ActuatorTargets
from vinn_training.sim.kinematic_robot import KinematicRobot

CONFIG = Path(__file__).resolve().parents[3] / "config"
#: Where an episode may have left the robot: arm out, wrist turned, gripper closed on something.
LEFT_BEHIND = ActuatorTargets(
    base_m=0.0, lift_m=0.9, arm_m=0.35, wrist_yaw_rad=0.4, wrist_pitch_rad=-0.2, wrist_roll_rad=0.1, gripper_rad=-0.1
)


def parameters(**changes):
    return {spec.name: spec.default for spec in (*BRIDGE_PARAMETERS, *PARAMETERS)} | changes


@pytest.mark.parametrize("yaw_rad", [0.0, 1.53])
def test_the_robot_gets_there_from_where_an_episode_left_it(controller, yaw_rad):
    values = parameters(start_pose_positions=[0.1, 0.6, yaw_rad, 0.0, 0.0])
    world = World(controller, BridgeConfig(auto_resume=True), KinematicRobot(LEFT_BEHIND)).activate(enabled=False)
    world.policy_alive = False
    world.run(0.3)
    episodes = Episodes(lambda: episode_settings(values), world.stops.append)
    plan = episodes.plan(EpisodeRequest(seed=2, lateral_offset_range_m=0.05), world.core)
    assert abs(plan.offset_m) > 0.01
    episodes.begin(plan, world.core, world.now_s)
    arm_m, lift_m = [], []
    for _ in range(round(40.0 / DT_S)):
        world.run(DT_S)
        episodes.tick(world.core, world.now_s)
        arm_m.append(world.position[joints.EXTENSION])
        lift_m.append(world.position[joints.LIFT])
        if episodes.episode.state != "to start pose":
            break
    assert episodes.episode.end is None, episodes.episode.reason
    assert episodes.episode.state == "held"  # until the first action
    base_m, sideways_m = (plan.offset_m, 0.0) if yaw_rad == 0.0 else (0.0, plan.offset_m)
    expected = {
        joints.LIFT: 0.6, joints.EXTENSION: 0.1 + sideways_m, joints.WRIST_YAW: yaw_rad, joints.WRIST_PITCH: 0.0,
        joints.WRIST_ROLL: 0.0, joints.BASE: base_m, joints.FINGER_LEFT: values["gripper_open_rad"],
    }  # fmt: skip
    for name, value in expected.items():
        assert world.position[name] == pytest.approx(value, abs=0.01), name
    began = next(index for index, lift in enumerate(lift_m) if lift < 0.89)
    assert max(arm_m[began:]) < 0.1 + sideways_m + 0.01, "the arm was out while the lift moved"
    assert not world.commanded_stops


def test_a_pause_on_the_way_delays_it_and_no_more(controller):
    world = World(controller, BridgeConfig(), KinematicRobot(LEFT_BEHIND)).activate(enabled=False)
    world.policy_alive = False
    world.run(0.3)
    episodes = Episodes(lambda: episode_settings(parameters()), world.stops.append)
    episodes.begin_start(world.core, world.now_s)

    def run(duration_s):
        for _ in range(round(duration_s / DT_S)):
            world.run(DT_S)
            episodes.tick(world.core, world.now_s)

    run(2.0)
    assert episodes.pause(world.core, world.now_s).success
    world.driver.stop_the_robot()  # as the node does for a stop
    run(1.0)
    here = world.position
    run(20.0)
    assert world.position == here
    assert episodes.take_start_answer() is None
    assert episodes.resume(world.core, world.now_s).success
    run(20.0)
    assert episodes.take_start_answer() == (True, "the robot is in the start pose")
    assert world.position[joints.LIFT] == pytest.approx(0.6, abs=0.01)
    assert world.position[joints.EXTENSION] == pytest.approx(0.1, abs=0.01)
    assert world.core.state == "disabled"


@pytest.mark.parametrize("file", ["stretch_re1.yaml", "stretch_re2.yaml", "stretch_se3.yaml"])
def test_every_robots_start_pose_is_one_that_it_can_take(file):
    content = yaml.safe_load((CONFIG / file).read_text())["/**/stretch_bridge"]["ros__parameters"]
    values = parameters(**content)
    settings = episode_settings(values)
    controller = CartesianController(controller_config(values))
    here = KinematicRobot().joint_positions()
    controller.reset(here, 0.0)
    for offset_m in (-settings.offset_m, settings.offset_m):
        for wrist_yaw_rad in (0.0, 1.53):
            targets = {**settings.start_pose.positions, joints.WRIST_YAW: wrist_yaw_rad, joints.BASE: offset_m}
            goals = controller.plan_pose(targets, here, 0.0).goals
            assert goals[joints.LIFT] == pytest.approx(settings.start_pose.positions[joints.LIFT])
            assert goals[joints.WRIST_YAW] == pytest.approx(wrist_yaw_rad)
