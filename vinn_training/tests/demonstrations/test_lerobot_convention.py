import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.demonstrations.lerobot_convention import CONVENTION_FILE, EXAMPLE, Convention, read_convention
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

COUNT = 6
NAMES = {"observation.state": ["x", "y", "z", "qx", "qy", "qz", "qw", "gripper"], "action": []}
#: The camera looks along the hand's x, with the hand's z up.
AXES = {"right": [0, -1, 0], "down": [0, 0, -1], "forward": [1, 0, 0]}


def _write(root: Path, **changes: object) -> Convention:
    values = {key: value for key, value in {**EXAMPLE, "camera_axes": AXES, **changes}.items() if value is not None}
    (root / "meta").mkdir(exist_ok=True)
    (root / CONVENTION_FILE).write_text(json.dumps(values))
    convention = read_convention(root)
    assert convention is not None
    return convention


def _tables() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return features and the hand's rotations."""
    rng = np.random.default_rng(1)
    state, rotations = rng.normal(size=(COUNT, 8)), []
    for row in state:
        vector = rng.normal(size=3)
        angle = np.linalg.norm(vector)
        row[3:7] = [*(np.sin(angle / 2) * vector / angle), np.cos(angle / 2)]
        rotations.append(cv2.Rodrigues(vector)[0])
    state[:, 7] = np.linspace(10, 50, COUNT)
    return {"observation.state": state, "action": rng.normal(size=(COUNT, 4))}, np.stack(rotations)


@pytest.mark.parametrize("horizon", [1, 3])
def test_poses_become_motions_of_the_camera(tmp_path: Path, horizon: int) -> None:
    gripper = {"feature": "observation.state", "columns": ["gripper"], "closed": 50, "open": 10}
    convention = _write(tmp_path, gripper=gripper)
    tables, rotations = _tables()
    labels = convention.convert(tables, NAMES, horizon)
    assert len(labels.translations) == len(labels.gripper) == COUNT - horizon
    state = tables["observation.state"]
    for frame in range(COUNT - horizon):
        moved = np.linalg.inv(rotations[frame]) @ (state[frame + horizon, :3] - state[frame, :3])
        np.testing.assert_allclose(labels.translations[frame], [-moved[1], -moved[2], moved[0]], atol=1e-9)
        turn = np.linalg.inv(rotations[frame]) @ rotations[frame + horizon]
        vector = cv2.Rodrigues(turn)[0].ravel()
        np.testing.assert_allclose(labels.rotations_rad[frame], [-vector[1], -vector[2], vector[0]], atol=1e-7)
    np.testing.assert_allclose(labels.gripper, np.linspace(1, 0, COUNT)[horizon:], atol=1e-12)


def test_deltas_in_the_bodys_axes_need_no_rotation(tmp_path: Path) -> None:
    position, gripper = {"feature": "action", "columns": [0, 1, 2]}, {"constant": 0.25}
    convention = _write(tmp_path, motion="delta", axes="body", position=position, rotation=None, gripper=gripper)
    tables, _ = _tables()
    labels = convention.convert(tables, NAMES, 1)
    moved = tables["action"]
    np.testing.assert_allclose(labels.translations, np.stack([-moved[:, 1], -moved[:, 2], moved[:, 0]], axis=1))
    np.testing.assert_array_equal(labels.gripper, np.full(COUNT, 0.25))
    assert labels.rotations_rad is None
    with pytest.raises(InvalidInput, match="axes that turn cannot be added"):
        convention.convert(tables, NAMES, 2)


def test_deltas_in_the_worlds_axes_are_turned_and_added(tmp_path: Path) -> None:
    position = {"feature": "action", "columns": [0, 1, 2]}
    gripper = {"feature": "observation.state", "columns": ["gripper"], "closed": 0, "open": 60}
    convention = _write(tmp_path, motion="delta", axes="world", position=position, gripper=gripper)
    tables, rotations = _tables()
    labels = convention.convert(tables, NAMES, 2)
    assert len(labels.translations) == len(labels.gripper) == COUNT - 1
    for frame in range(COUNT - 1):
        moved = np.linalg.inv(rotations[frame]) @ tables["action"][frame : frame + 2, :3].sum(axis=0)
        np.testing.assert_allclose(labels.translations[frame], [-moved[1], -moved[2], moved[0]], atol=1e-9)
    np.testing.assert_allclose(labels.gripper, (np.linspace(10, 50, COUNT) / 60)[1:])


@pytest.mark.parametrize("kind", ["quaternion_wxyz", "rotation_vector"])
def test_other_rotations(tmp_path: Path, kind: str) -> None:
    tables, rotations = _tables()
    quaternions = tables["observation.state"][:, 3:7]
    if kind == "quaternion_wxyz":
        tables["r"] = quaternions[:, [3, 0, 1, 2]]
    else:
        tables["r"] = np.stack([cv2.Rodrigues(rotation)[0].ravel() for rotation in rotations])
    columns = list(range(tables["r"].shape[1]))
    gripper = {"constant": 0}
    known = _write(tmp_path, gripper=gripper).convert(tables, NAMES, 1)
    other = _write(tmp_path, rotation={"feature": "r", "columns": columns, "kind": kind}, gripper=gripper)
    np.testing.assert_allclose(other.convert(tables, NAMES, 1).translations, known.translations, atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"motion": "velocity"}, "motion is 'velocity'; expected one of: pose, delta"),
        ({"rotation": None}, "no rotation"),
        ({"motion": "delta"}, "lacks 'axes'"),
        ({"gripper": None}, "lacks 'gripper'"),
        ({"camera_axes": {**AXES, "down": [0, 0, 1]}}, "three unit vectors at right angles"),
        ({"camera_axes": {**AXES, "down": [0, 0, -2]}}, "three unit vectors at right angles"),
        ({"camera_axes": {"right": [1, 0, 0]}}, "lacks 'down'"),
        ({"position": {"feature": "a", "columns": ["x"]}}, "1 columns; expected 3"),
        ({"position": {"feature": "a", "columns": "xyz"}}, "columns are 'xyz'"),
        ({"rotation": {"feature": "a", "columns": [1, 2, 3], "kind": "quaternion_xyzw"}}, "expected 4"),
        ({"gripper": {"constant": 2}}, "gripper is always 2"),
        ({"speed": 1}, "unknown keys"),
    ],
)
def test_unusable_files_are_named_with_an_example(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidDemonstration, match=rf"vinn_convention\.json: .*{words}.* for example: \{{"):
        _write(tmp_path, **changes)


def test_missing_columns_and_wild_grippers_are_named(tmp_path: Path) -> None:
    tables, _ = _tables()
    wrong = _write(tmp_path, position={"feature": "observation.state", "columns": ["x", "y", "height"]})
    with pytest.raises(InvalidInput, match=r"has no column 'height'; expected one of \['x', 'y'"):
        wrong.convert(tables, NAMES, 1)
    with pytest.raises(InvalidInput, match=r"no feature 'observation\.state'; expected one of: action"):
        wrong.convert({"action": tables["action"]}, NAMES, 1)
    with pytest.raises(InvalidInput, match=r"frame 0: gripper is 10.0; expected 0.0 \(closed\) to 1.0 \(open\)"):
        _write(tmp_path).convert(tables, NAMES, 1)
    assert read_convention(tmp_path / "elsewhere") is None
