import json
from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.gripper.artifact import (
    MANIFEST_FILE,
    WEIGHTS_FILE,
    GripperSpec,
    load_gripper_model,
    write_gripper_model,
)
from vinn_training.gripper.label_set import DEFAULT_STATES
from vinn_training.preprocessing import Preprocessing

SPEC = GripperSpec(DEFAULT_STATES, Preprocessing(size=64), 128, 96, 0.95)
WEIGHTS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3)}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_gripper_model(tmp_path / "model", SPEC, WEIGHTS, {"epochs": 3})
    model = load_gripper_model(tmp_path / "model")
    assert model.spec == SPEC
    np.testing.assert_array_equal(model.weights["a"], WEIGHTS["a"])
    assert load_gripper_model(tmp_path / "model" / WEIGHTS_FILE).spec == SPEC
    manifest = json.loads((tmp_path / "model" / MANIFEST_FILE).read_text())
    assert manifest["closed_to_open"] == list(DEFAULT_STATES)
    assert manifest["report"] == {"epochs": 3}
    assert SPEC.labels.to_dict() == {"meaning": "class", "closed_to_open": [0, 1, 2, 3]}


def test_a_truncated_or_changed_file_is_refused(tmp_path: Path) -> None:
    path = write_gripper_model(tmp_path, SPEC, WEIGHTS, {})
    data = path.read_bytes()
    path.write_bytes(data[:-5])
    with pytest.raises(InvalidCheckpoint, match="truncated"):
        load_gripper_model(tmp_path)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(InvalidCheckpoint, match="fingerprint"):
        load_gripper_model(tmp_path)
    turned = data.replace(b"almost open", b"almost 0pen", 1)
    assert turned != data
    path.write_bytes(turned)
    with pytest.raises(InvalidCheckpoint, match="fingerprint"):
        load_gripper_model(tmp_path)


def test_what_is_no_model(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    with pytest.raises(InvalidCheckpoint, match="missing; expected the network that `vinn gripper train` wrote"):
        load_gripper_model(tmp_path)
    save_file(WEIGHTS, tmp_path / WEIGHTS_FILE)
    with pytest.raises(InvalidCheckpoint, match="not a gripper network"):
        load_gripper_model(tmp_path)


def test_pictures_of_another_shape_are_refused() -> None:
    SPEC.check_size(np.zeros((960, 1280, 3), np.uint8))
    with pytest.raises(InvalidInput, match="picture is 224x224, but the gripper network learnt from 128x96"):
        SPEC.check_size(np.zeros((224, 224, 3), np.uint8))


@pytest.mark.parametrize(
    "values", [(("open",), 64, 1, 1, 0.5), (DEFAULT_STATES, 70, 1, 1, 0.5), (DEFAULT_STATES, 64, 0, 1, 0.5)]
)
def test_impossible_descriptions(values: tuple) -> None:
    states, size, width, height, accuracy = values
    with pytest.raises(InvalidInput):
        GripperSpec(states, Preprocessing(size=size), width, height, accuracy)
