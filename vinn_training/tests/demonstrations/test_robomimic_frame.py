import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.demonstrations.robomimic_frame import (
    Agreement,
    camera_mount,
    motions_in_camera,
    read_controller,
)
from vinn_training.exceptions import InvalidInput

SCALE = np.array([0.05, 0.05, 0.05, 0.5, 0.5, 0.5])
OSC = {
    "type": "OSC_POSE",
    "input_max": 1,
    "input_min": -1,
    "output_max": SCALE.tolist(),
    "output_min": (-SCALE).tolist(),
    "control_delta": True,
    "impedance_mode": "fixed",
}


def _env(controller: object = OSC, **changes: object) -> str:
    kwargs = {"robots": ["Panda"], "controller_configs": controller, "control_freq": 20}
    env = {"type": 1, "env_version": "1.4.1", "env_kwargs": {**kwargs, **changes.pop("kwargs", {})}}
    return json.dumps({**env, **changes})


def _model(quat: str = "0 0.707108 0.707108 0", body: str = "robot0_right_hand") -> str:
    return f"""<mujoco><worldbody><body name="{body}"><freejoint/><geom size="0.1"/>
    <camera mode="fixed" name="robot0_eye_in_hand" pos="0.05 0 0" quat="{quat}" fovy="75"/>
    </body></worldbody></mujoco>"""


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 9999), horizon=st.integers(1, 3))
def test_motions_are_those_seen_by_mujocos_camera(seed: int, horizon: int) -> None:
    """The oracle is MuJoCo: it is told the hand's pose and says where the camera's axes are."""
    mujoco = pytest.importorskip("mujoco")
    rng = np.random.default_rng(seed)
    camera = rng.normal(size=4)
    xml = _model(" ".join(str(value) for value in camera / np.linalg.norm(camera)))
    model = mujoco.MjModel.from_xml_string(xml)
    state = mujoco.MjData(model)
    hand = rng.normal(size=(4, 4))
    hand /= np.linalg.norm(hand, axis=1, keepdims=True)
    actions = rng.uniform(-1, 1, size=(4, 7))
    moved, turned = motions_in_camera(actions, hand, camera_mount(xml, "robot0_eye_in_hand", "Panda"), SCALE, horizon)
    assert len(moved) == len(turned) == 5 - horizon
    for frame in range(5 - horizon):
        state.qpos[3:7] = hand[frame][[3, 0, 1, 2]]  # MuJoCo has w first
        mujoco.mj_forward(model, state)
        right, up, back = state.cam_xmat[0].reshape(3, 3).T
        axes = np.stack([right, -up, -back])
        wanted = 0.05 * actions[frame : frame + horizon, :3].sum(axis=0)
        np.testing.assert_allclose(moved[frame], axes @ wanted, atol=1e-9)
        turn = np.eye(3)
        for action in actions[frame : frame + horizon]:
            turn = cv2.Rodrigues(0.5 * action[3:6])[0] @ turn
        np.testing.assert_allclose(cv2.Rodrigues(turned[frame])[0], axes @ turn @ axes.T, atol=1e-8)


def test_on_a_panda_that_points_down_forward_is_down() -> None:
    # Half a turn about x: the fingers (hand z) point to the ground, hand y to the robot's right (-y).
    down = np.tile([1.0, 0, 0, 0], (3, 1))
    actions = np.zeros((3, 7))
    actions[0, 2], actions[1, 1], actions[2, 0] = -1, -1, 1
    for model in (None, _model()):
        mount = camera_mount(model, "robot0_eye_in_hand", "Panda")
        moved, _ = motions_in_camera(actions, down, mount, SCALE, 1)
        np.testing.assert_allclose(moved, [[0, 0, 0.05], [0.05, 0, 0], [0, -0.05, 0]], atol=1e-6)


@pytest.mark.parametrize(
    ("xml", "robot", "words"),
    [
        (_model(body="robot0_link5"), "Panda", "is on the body robot0_link5; expected the robot's right_hand"),
        (_model().replace("quat", "xyaxes"), "Panda", "mounted by xyaxes"),
        (_model().replace("eye_in_hand", "other"), "Panda", "has no camera robot0_eye_in_hand"),
        ("<mujoco>", "Panda", "no readable XML"),
        (None, "Sawyer", "mount of the camera on the robot Sawyer is not known"),
    ],
)
def test_unknown_mounts_are_refused(xml: str | None, robot: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        camera_mount(xml, "robot0_eye_in_hand", robot)


def test_controllers_of_both_generations_are_read() -> None:
    parts = {"type": "BASIC", "body_parts": {"right": {**OSC, "input_type": "delta", "input_ref_frame": "base"}}}
    for text in (_env(), _env(parts, env_version="1.5.0"), _env([OSC])):
        controller = read_controller(text)
        assert (controller.robot, controller.rate_hz) == ("Panda", 20.0)
        np.testing.assert_array_equal(controller.scale, SCALE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "env_args is 'None'"),
        ("{", "expected robomimic's description"),
        (_env(type=2), "environment of type 2"),
        (_env(env_version="1.6.0"), r"robosuite 1\.6\.0; expected 1\.0 to 1\.5"),
        (_env(kwargs={"robots": ["Panda", "Panda"]}), "expected one arm"),
        (_env({**OSC, "type": "JOINT_VELOCITY"}), "controller is 'JOINT_VELOCITY'; expected OSC_POSE"),
        (_env(None), "controller is None"),
        (_env({**OSC, "control_delta": False}), "absolute poses"),
        (_env({**OSC, "input_type": "absolute"}), "absolute poses"),
        (_env({**OSC, "impedance_mode": "variable"}), "impedance_mode"),
        (_env({**OSC, "output_min": [-1] * 6}), "symmetric limits"),
        (_env({**OSC, "output_max": "much"}), "cannot be read"),
    ],
)
def test_other_controllers_are_refused(text: str | None, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_controller(text)


def test_agreement_finds_wrong_axes_and_absolute_positions() -> None:
    rng = np.random.default_rng(0)
    actions = rng.uniform(-1, 1, size=(60, 7))
    # The hand follows late, as under robosuite's controller.
    smooth = 0.05 * 0.4 * (actions[:, :3] + np.roll(actions[:, :3], 1, axis=0))
    positions = np.concatenate([np.zeros((1, 3)), np.cumsum(smooth, axis=0)])[:60]
    good = Agreement()
    good.add(actions, positions)
    assert 0.5 < good.check() < 0.95
    for other in (positions * [-1, -1, 1], actions[:, :3], positions[:, [1, 2, 0]]):
        bad = Agreement()
        bad.add(actions, other)
        with pytest.raises(InvalidInput, match="does not move where the actions say"):
            bad.check()
    few = Agreement()
    few.add(actions[:10], -positions[:10])
    assert few.check() is None
