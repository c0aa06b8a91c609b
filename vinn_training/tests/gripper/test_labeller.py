from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.gripper.artifact import load_gripper_model, write_gripper_model
from vinn_training.gripper.labeller import NetworkLabeller


def test_openings_of_a_demonstration_it_never_saw(
    model: Path, dataset: Path, states_of: Callable[[int], np.ndarray]
) -> None:
    unseen = open_dataset(dataset).demonstrations[5]
    images = [unseen.load_image(index) for index in range(40)]
    labeller = NetworkLabeller(model)
    openings = labeller(images)
    assert openings.dtype == np.float32
    truth = states_of(40) / 3
    assert np.mean(np.abs(openings - truth) < 0.01) >= 0.9
    assert set(np.round(openings * 3, 4)) <= {0, 1, 2, 3}
    assert labeller.gripper_labels.closed_to_open == (0, 1, 2, 3)
    for opening in openings:
        labeller.gripper_labels.to_label(float(opening))  # each is exactly a class of the data set's manifest
    np.testing.assert_array_equal(
        NetworkLabeller(model, "none")(iter(images * 2))[:40], NetworkLabeller(model, "none")(images)
    )


def test_no_pictures_and_wrong_pictures(model: Path) -> None:
    labeller = NetworkLabeller(model)
    assert labeller([]).shape == (0,)
    with pytest.raises(InvalidInput, match="same camera"):
        labeller([np.zeros((96, 96, 3), np.uint8)])
    with pytest.raises(InvalidInput, match="uint8"):
        labeller([np.zeros((96, 128, 3), np.float32)])  # type: ignore[list-item]


def test_weights_of_another_network(model: Path, tmp_path: Path) -> None:
    loaded = load_gripper_model(model)
    weights = dict(load_file(loaded.path))
    first = next(iter(weights))
    for bad in ({**weights, first: weights[first][:1]}, {name: weights[name] for name in weights if name != first}):
        write_gripper_model(tmp_path, loaded.spec, bad, {})
        with pytest.raises(InvalidCheckpoint, match="another network"):
            NetworkLabeller(tmp_path)
