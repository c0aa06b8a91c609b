import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("mujoco")

from vinn_training.bank.bundle import Bundle, load_bundle
from vinn_training.cli.main import main
from vinn_training.contracts import GripperState
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.evaluation import trial_policies
from vinn_training.evaluation.methods import PRESETS
from vinn_training.evaluation.policies import BlindPolicy, LearnedPolicy
from vinn_training.evaluation.trial_policies import PolicyChoice
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.bc import BcConfig
from vinn_training.policy.learned.bc_rep import BcRepConfig


@pytest.fixture
def dataset(tmp_path: Path, coloured) -> Path:
    writer = VinnDatasetWriter(tmp_path / "dataset")
    for item in coloured(4, 6, 0):
        writer.write(item)
    return tmp_path / "dataset"


@pytest.fixture
def bundle(dataset: Path, encoder_folder: Path, tmp_path: Path) -> Bundle:
    command = ["bank", str(dataset), "-e", str(encoder_folder), "-o", str(tmp_path / "bundle"), "--threads", "1"]
    assert main(command) == 0
    return load_bundle(tmp_path / "bundle")


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(
        PRESETS["small"], bc=BcConfig(epochs=1, batch_size=8, hidden=(8,)), bc_rep=BcRepConfig(epochs=60, hidden=(32,))
    )
    monkeypatch.setitem(trial_policies.PRESETS, "small", small)


def test_vinn_and_the_blind_baseline_come_from_the_bundle_alone(bundle: Bundle, coloured) -> None:
    image = coloured(4, 6, 0)[1].load_image(2)
    vinn = PolicyChoice().make(bundle, threads=1)
    assert isinstance(vinn, LearnedPolicy)
    assert np.linalg.norm(vinn.step(image).translation) <= 0.8 + 1e-6
    assert isinstance(PolicyChoice("blind").make(bundle), BlindPolicy)


@pytest.mark.parametrize("name", ["bc-rep", "bc"])
def test_cloning_is_trained_on_the_bundles_demonstrations(name: str, bundle: Bundle, dataset: Path, coloured) -> None:
    choice = PolicyChoice(name, dataset)
    demonstration = coloured(4, 6, 0)[0]
    policies = [choice.make(bundle, threads=1) for _ in range(2)]
    steps = []
    for policy in policies:
        policy.reset(0)
        steps.append([policy.step(demonstration.load_image(t)) for t in range(len(demonstration))])
    # Trained twice, the same comes out: a command that was killed goes on with the same policy.
    np.testing.assert_array_equal([s.translation for s in steps[0]], [s.translation for s in steps[1]])
    assert {step.gripper for step in steps[0]} <= {GripperState.OPEN, GripperState.CLOSED}
    if name == "bc-rep":
        errors = [s.translation / 0.8 - d for s, d in zip(steps[0], demonstration.directions, strict=True)]
        assert np.mean(np.square(errors)) < 0.15  # the mean of random labels has 1/3


def test_the_random_policy_asks_for_no_encoder(bundle: Bundle) -> None:
    policy = PolicyChoice("random").make(bundle)
    policy.reset(4)
    image = np.zeros((8, 8, 3), dtype=np.uint8)
    assert np.linalg.norm(policy.step(image).translation) == pytest.approx(0.8)
    assert "encoder_id" not in PolicyChoice("random").settings(bundle)


def test_settings_tell_policies_apart_and_nothing_else(bundle: Bundle, dataset: Path) -> None:
    vinn = PolicyChoice().settings(bundle)
    assert vinn["bank_id"] == bundle.bank.bank_id
    assert vinn == PolicyChoice(training_seed=3).settings(bundle)  # VINN is not trained here
    assert PolicyChoice("bc", dataset, training_seed=3).settings(bundle) != PolicyChoice("bc", dataset).settings(bundle)
    calibrated = PolicyChoice(calibrate_temperature=True).settings(bundle)
    assert calibrated["regression"]["temperature"] != vinn["regression"]["temperature"]


def test_demonstrations_other_than_the_bundles_are_refused(bundle: Bundle, dataset: Path) -> None:
    with pytest.raises(InvalidInput, match="--dataset"):
        PolicyChoice("bc-rep").make(bundle)
    shutil.rmtree(dataset / "demo_3")
    with pytest.raises(InvalidInput, match=r"1 demonstrations .*'demo_3'"):
        PolicyChoice("bc-rep", dataset).make(bundle)
