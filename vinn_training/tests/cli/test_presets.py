"""A preset's name, from training to evaluation, as a user gives it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.bank.bundle import load_bundle  # noqa: E402
from vinn_training.cli.main import main  # noqa: E402
from vinn_training.cli.train import default_config  # noqa: E402
from vinn_training.contracts import Demonstration  # noqa: E402
from vinn_training.demonstrations.reader import open_dataset  # noqa: E402
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter  # noqa: E402
from vinn_training.encoder.backbone import empty_backbone, load_backbone_weights, read_state_dict  # noqa: E402
from vinn_training.encoder.checkpoint import read_checkpoint  # noqa: E402
from vinn_training.encoder.runtime import load_runtime  # noqa: E402

#: What makes a preset's training fit a test; the quirks are left alone.
FAST = ["--architecture", "resnet18", "--size", "64", "--weights", "none", "--epochs", "1", "--batch-size", "4",
        "--byol.hidden-size", "16", "--byol.projection-size", "8", "--threads", "1"]  # fmt: skip


def test_vinn_code_goes_from_training_to_the_bundle_and_the_table(dataset: Path, tmp_path: Path) -> None:
    encoder, bundle_path, table = tmp_path / "encoder", tmp_path / "bundle", tmp_path / "table"
    assert main(["train", str(dataset), "-o", str(encoder), "--preset", "vinn_code", *FAST]) == 0
    state = read_checkpoint(encoder)
    assert state is not None
    assert state["settings"]["training"]["normalise_twice"]
    assert state["settings"]["training"]["augmentation"]["per_batch"]

    assert main(["bank", str(dataset), "-e", str(encoder), "-o", str(bundle_path), "--threads", "1"]) == 0
    bundle = load_bundle(bundle_path)
    picture = open_dataset(dataset).demonstrations[1].load_image(2)
    network = empty_backbone("resnet18")
    load_backbone_weights(network, read_state_dict(bundle.encoder.weights_path), "the bundle's")
    with torch.no_grad():  # in training mode, one picture: VINN's code
        expected = network.train()(torch.from_numpy(bundle.encoder.spec.preprocessing.batch([picture]))).numpy()[0]
    tolerance = 1e-4 * np.abs(expected).max()
    np.testing.assert_allclose(bundle.bank.embeddings[6], expected, atol=tolerance)
    np.testing.assert_allclose(load_runtime(bundle).encode([picture])[0], expected, atol=tolerance)

    command = ["evaluate", str(dataset), "-o", str(table), "--preset", "vinn_code", "--threads", "1",
               "--encoders.byol", str(encoder), "--methods", "vinn", "--seeds", "0", "--folds", "3"]  # fmt: skip
    assert main(command) == 0
    methods = json.loads((table / "evaluate.json").read_text())["methods"]
    assert (methods["regression"]["k"], methods["average"]) == (5, "directions")


def test_dobbe_averages_seven_numbers_or_says_what_is_missing(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    encoder = tmp_path / "encoder"
    assert main(["train", str(dataset), "-o", str(encoder), "--preset", "dobbe", *FAST, "--epochs", "0"]) == 0
    moving = tmp_path / "moving"
    writer = VinnDatasetWriter(moving)
    for demonstration in open_dataset(dataset).demonstrations:
        writer.write(_with_motions(demonstration))
    command = ["--preset", "dobbe", "--threads", "1", "--encoders.byol", str(encoder), "--methods", "vinn",
               "--seeds", "0", "--folds", "3", "-o", str(tmp_path / "table")]  # fmt: skip
    assert main(["evaluate", str(moving), *command]) == 0
    content = json.loads((tmp_path / "table" / "evaluate.json").read_text())
    assert (content["methods"]["regression"]["k"], content["methods"]["average"]) == (5, "seven-numbers")
    capsys.readouterr()
    assert main(["evaluate", str(dataset), *command]) == 2
    assert "has no lengths and no rotations" in " ".join(capsys.readouterr().err.split())
    assert main(["evaluate", str(dataset), *command, "--method.average", "directions"]) == 0


def _with_motions(demonstration: Demonstration) -> Demonstration:
    count = len(demonstration)
    return replace(demonstration, lengths=np.full(count, 0.05), rotations_rad=np.zeros((count, 3)))


def test_options_override_a_preset() -> None:
    defaults = default_config(["--preset", "vinn_code"])
    assert (defaults.batch_norm, defaults.training.normalise_twice) == ("image", True)
    assert default_config([]).batch_norm == "stored"


def test_a_picture_too_small_for_the_quirk_is_one_line(dataset: Path, tmp_path: Path, capsys) -> None:
    command = ["train", str(dataset), "-o", str(tmp_path / "encoder"), "--preset", "vinn_code", *FAST, "--size", "32"]
    assert main(command) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "expected more than 32 pixels, or batch_norm 'stored'" in error
    assert "Traceback" not in error
