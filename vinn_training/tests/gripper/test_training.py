import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.artifact import MANIFEST_FILE
from vinn_training.gripper.label_set import DEFAULT_STATES, LabelledFrame, LabelSet, write_label_set
from vinn_training.gripper.split import FrameSplit
from vinn_training.gripper.training import GripperTrainingConfig, train_gripper
from vinn_training.preprocessing import Preprocessing


def _easy(count: int = 40) -> tuple[np.ndarray, np.ndarray, FrameSplit]:
    """Dark and bright pictures, 1 in 10 of them bright; the last 20 are measured on."""
    rng = np.random.default_rng(0)
    states = (np.arange(count) % 10 == 0).astype(np.int64)
    images = np.clip(60 + 120 * states[:, None, None, None] + rng.normal(0, 9, (count, 32, 32, 3)), 0, 255)
    return images.astype(np.uint8), states, FrameSplit(np.arange(20), np.arange(20, count), "stretches")


CONFIG = GripperTrainingConfig(epochs=8, batch_size=8)


def test_a_rare_state_is_learnt_and_training_repeats() -> None:
    images, states, split = _easy()
    told = []
    first = train_gripper(images, states, split, Preprocessing(size=32), CONFIG, lambda *row: told.append(row))
    assert first.validation.balanced_accuracy == 1.0
    assert first.validation.counts.sum() == 20
    assert first.training.counts.sum() == 20
    assert [row[0] for row in told] == list(range(1, first.epochs + 1))
    again = train_gripper(images, states, split, Preprocessing(size=32), CONFIG)
    for name, array in first.weights.items():
        np.testing.assert_array_equal(array, again.weights[name])


def test_it_stops_when_nothing_gets_better() -> None:
    images, states, split = _easy()
    states = np.random.default_rng(1).permutation(states)  # nothing to learn
    config = GripperTrainingConfig(epochs=200, patience=2, batch_size=8)
    trained = train_gripper(images, states, split, Preprocessing(size=32), config)
    assert trained.epochs == trained.best_epoch + 2 < 200


def test_bad_arguments() -> None:
    images, states, split = _easy()
    with pytest.raises(InvalidInput, match="expected \\(40, 64, 64, 3\\)"):
        train_gripper(images, states, split, Preprocessing(size=64), CONFIG)
    with pytest.raises(InvalidInput, match="epochs is 0"):
        GripperTrainingConfig(epochs=0)


def test_four_states_of_demonstrations_it_has_not_seen(model: Path) -> None:
    """Trained on some demonstrations, measured on others with other scenes and light."""
    report = json.loads((model / MANIFEST_FILE).read_text())["report"]
    assert report["split_by"] == "episodes"
    assert report["validation"]["accuracy"] >= 0.9
    assert np.array(report["validation"]["confusion_true_by_predicted"]).sum() == report["validation"]["frames"] == 40


@pytest.mark.full
def test_the_default_settings_on_a_few_hundred_frames(
    make_dataset: Callable[[Path, int, int], Path], tmp_path: Path
) -> None:
    from vinn_training.cli.main import main

    root = make_dataset(tmp_path / "dataset", 10, 40)
    rows = [
        LabelledFrame(str(root), f"demo_{number}", frame, DEFAULT_STATES[[3, 2, 1, 0, 0, 1, 2, 3][frame // 5]])
        for number in range(10)
        for frame in range(40)
    ]
    write_label_set(tmp_path / "labels.json", LabelSet(DEFAULT_STATES, tuple(rows)))
    assert main(["gripper", "train", str(tmp_path / "labels.json"), "-o", str(tmp_path / "model")]) == 0
    report = json.loads((tmp_path / "model" / MANIFEST_FILE).read_text())["report"]
    assert report["validation"]["frames"] == 80
    assert report["validation"]["accuracy"] >= 0.95
