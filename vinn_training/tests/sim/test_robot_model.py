import numpy as np
import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.kinematics.camera_mount import CameraMount
from vinn_training.kinematics.controller import CartesianController
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.engine import mujoco
from vinn_training.sim.robot_model import ACTUATORS, FINGER_JOINTS, GRASP_LINK, PAD_GEOMS, WRIST_CAMERA, robot_spec


@pytest.fixture(scope="module")
def model() -> mujoco.MjModel:
    return robot_spec(0.0, CameraConfig()).compile()


def _state(model: mujoco.MjModel, **positions: float) -> mujoco.MjData:
    data = mujoco.MjData(model)
    for name, value in positions.items():
        data.joint(name).qpos[0] = value
    mujoco.mj_forward(model, data)
    return data


def test_camera_and_grasp_point_are_where_the_controllers_own_model_has_them(model: mujoco.MjModel) -> None:
    """The inverse kinematics (Pinocchio) and the simulation (MuJoCo) must agree, whatever the pose."""
    positions = {
        "joint_lift": 0.7, **{f"joint_arm_l{i}": 0.06 for i in range(4)},
        "joint_wrist_yaw": 0.3, "joint_wrist_pitch": -0.4, "joint_wrist_roll": 0.5,
        "joint_gripper_finger_left": 0.1, "joint_gripper_finger_right": 0.1,
    }  # fmt: skip
    data = _state(model, joint_base_translate=0.11, **positions)
    robot = CartesianController().robot
    q = robot.configuration({**positions, "wrist_extension": 0.24}, 0.11)
    pose = robot.camera_pose(q)

    camera = data.camera(WRIST_CAMERA)
    optical = camera.xmat.reshape(3, 3) @ np.diag([1.0, -1.0, -1.0])
    np.testing.assert_allclose(camera.xpos, pose.translation, atol=1e-4)
    np.testing.assert_allclose(optical, pose.rotation, atol=1e-4)
    np.testing.assert_allclose(data.body(GRASP_LINK).xpos, robot.grasp_position_m(q), atol=1e-4)


def test_the_camera_looks_along_the_fingers_and_down_by_20_degrees(model: mujoco.MjModel) -> None:
    camera = _state(model).camera(WRIST_CAMERA)
    forward = -camera.xmat.reshape(3, 3)[:, 2]

    np.testing.assert_allclose(forward, [0.0, -np.cos(np.radians(20)), -np.sin(np.radians(20))], atol=1e-4)


@pytest.mark.parametrize(("finger_rad", "gap_m"), [(0.25, 0.129), (0.10, 0.073), (0.05, 0.054)])
def test_the_pads_open_as_measured(model: mujoco.MjModel, finger_rad: float, gap_m: float) -> None:
    data = _state(model, **dict.fromkeys(FINGER_JOINTS, finger_rad))
    left, right = (data.geom(name) for name in PAD_GEOMS)

    between = left.xpos - right.xpos
    assert abs(between[0]) - 0.008 == pytest.approx(gap_m, abs=0.003)
    np.testing.assert_allclose(between[1:], 0.0, atol=1e-3)


def test_the_pads_are_parallel_around_a_bar_of_16_mm(model: mujoco.MjModel) -> None:
    data = _state(model, **dict.fromkeys(FINGER_JOINTS, -0.055))
    left, right = (data.geom(name) for name in PAD_GEOMS)

    np.testing.assert_allclose(left.xmat.reshape(3, 3)[:, 2], [-1, 0, 0], atol=5e-3)
    np.testing.assert_allclose(right.xmat.reshape(3, 3)[:, 2], [1, 0, 0], atol=5e-3)
    assert left.xpos[0] - right.xpos[0] - 0.008 == pytest.approx(0.016, abs=0.002)


def test_every_joint_has_its_actuator_and_the_arm_one_for_all(model: mujoco.MjModel) -> None:
    assert [model.actuator(index).name for index in range(model.nu)] == list(ACTUATORS)
    driven = {name for name in ACTUATORS if name.startswith("joint")}
    joints = {model.joint(index).name for index in range(model.njnt)}
    assert joints - driven == {f"joint_arm_l{index}" for index in range(4)}


def test_a_pose_is_held_against_gravity_and_the_arm_extends_evenly(model: mujoco.MjModel) -> None:
    data = _state(model, joint_lift=0.5)
    data.ctrl[ACTUATORS.index("joint_lift")] = 0.5
    data.ctrl[ACTUATORS.index("arm_extension")] = 0.2
    for _ in range(3000):
        mujoco.mj_step(model, data)

    assert data.joint("joint_lift").qpos[0] == pytest.approx(0.5, abs=1e-3)
    for index in range(4):
        assert data.joint(f"joint_arm_l{index}").qpos[0] == pytest.approx(0.05, abs=1e-3)


def test_a_mount_on_a_link_that_is_not_there_is_named() -> None:
    mount = CameraMount.tilted_down(parent_link="link_of_another_robot")
    with pytest.raises(SimulationError, match="link_of_another_robot"):
        robot_spec(0.0, CameraConfig(mount=mount))
