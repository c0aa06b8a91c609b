import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.cli.main import main
from vinn_training.cli.train import default_config
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.encoder.artifact import load_encoder
from vinn_training.encoder.checkpoint import read_checkpoint
from vinn_training.exceptions import InvalidInput

FAST = ["--preset", "small", "--size", "32", "--batch-size", "4", "--byol.hidden-size", "16"]


def test_presets_are_defaults_that_options_override() -> None:
    assert default_config(["x", "--preset", "small"]).architecture == "resnet18"
    assert default_config(["x", "--preset=small"]).training.weights == "none"
    paper = default_config(["x"])
    assert (paper.architecture, paper.size, paper.training.epochs, paper.training.batch_size) == (
        "resnet50", 224, 100, 168,
    )  # fmt: skip
    assert (paper.training.learning_rate, paper.training.weights) == (3e-4, "imagenet")
    with pytest.raises(InvalidInput, match="expected one of: paper, small"):
        default_config(["--preset", "huge"])


def test_trains_and_goes_on(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "encoder"
    command = ["train", str(dataset), "-o", str(output), *FAST, "--epochs", "1"]
    assert main(command) == 0
    result = json.loads((output / "train.json").read_text())
    artifact = load_encoder(output)
    assert result["encoder_id"] == artifact.encoder_id
    assert (artifact.spec.architecture, artifact.spec.preprocessing.size) == ("resnet18", 32)
    assert (result["frames"], len(result["epochs"])) == (12, 1)
    capsys.readouterr()
    assert main(command) == 0  # finished already: nothing is trained again
    assert "going on after epoch 1 of 1" in capsys.readouterr().err
    assert load_encoder(output).encoder_id == artifact.encoder_id
    assert main([*command[:-1], "2"]) == 2
    assert "was made with" in capsys.readouterr().err


@pytest.mark.parametrize("method", ["simclr", "vicreg"])
def test_other_methods_with_held_out_demonstrations(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    output = tmp_path / "encoder"
    heads = [f"--{method}.hidden-size", "16", f"--{method}.projection-size", "8"]
    command = ["train", str(dataset), "-o", str(output), *FAST, *heads, "--method", method, "--epochs", "1"]
    assert main([*command, "--held-out.source", "fraction", "--held-out.fraction", "0.3"]) == 0
    result = json.loads((output / "train.json").read_text())
    assert (result["method"], result["demonstrations"], len(result["held_out_demonstrations"])) == (method, 2, 1)
    errors = (result["initial_action_error"], result["epochs"][-1]["action_error"])
    assert all(0.0 <= error < 1e-6 for error in errors)  # every label of this data set is the same
    assert "before training" in capsys.readouterr().out
    assert main([*command, "--fresh"]) == 0  # the held-out ones are trained on now
    assert json.loads((output / "train.json").read_text())["demonstrations"] == 3


def test_bad_choices_are_messages(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", str(dataset), "-o", str(tmp_path / "encoder"), *FAST]
    for options, message in (
        (["--held-out.source", "split"], "no such file; make it with `vinn data split`"),
        (["--accumulation", "3"], "at least 2 frames a part"),
        (["--device", "cuda:99"], "GPU 99"),
        (["--weights", str(tmp_path / "none.pt")], "no such weights file"),
    ):
        assert main([*command, *options]) == 2, options
        assert message in capsys.readouterr().err
    assert not (tmp_path / "encoder").exists()


def test_frozen_camera_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = VinnDatasetWriter(tmp_path / "still")
    images = [np.full((40, 48, 3), 90, dtype=np.uint8)] * 4
    writer.write(Demonstration.from_images("demo", images, np.tile([0.0, 0.0, 1.0], (4, 1)), np.ones(4)))
    assert main(["train", str(tmp_path / "still"), "-o", str(tmp_path / "encoder"), *FAST]) == 2
    assert "all 4 frames are the same picture" in capsys.readouterr().err


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_killed_training_goes_on_to_the_same_encoder(dataset: Path, tmp_path: Path) -> None:
    """SIGKILL within the second epoch, then the same command again."""

    def command(output: Path) -> list[str]:
        options = [*FAST, "--epochs", "4", "--threads", "1", "--checkpoint-every-s", "0"]
        return [sys.executable, "-m", "vinn_training.cli.main", "train", str(dataset), "-o", str(output), *options]

    subprocess.run(command(tmp_path / "whole"), check=True, timeout=600)
    victim = subprocess.Popen(command(tmp_path / "killed"))
    checkpoint, deadline = tmp_path / "killed" / "training_state.pt", time.monotonic() + 600
    while time.monotonic() < deadline and victim.poll() is None:
        if checkpoint.exists() and (state := read_checkpoint(checkpoint.parent)) and state["epoch"] >= 1:
            break
        time.sleep(0.01)
    victim.kill()
    victim.wait()
    subprocess.run(command(tmp_path / "killed"), check=True, timeout=600)
    assert load_encoder(tmp_path / "killed").encoder_id == load_encoder(tmp_path / "whole").encoder_id


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_torchrun_trains_as_one_process(dataset: Path, tmp_path: Path) -> None:
    options = ["--preset", "small", "--size", "32", "--batch-size", "4", "--byol.hidden-size", "16", "--epochs", "1",
               "--precision", "float64", "--device", "cpu"]  # fmt: skip
    losses = []
    for launcher in ([], ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]):
        output = tmp_path / f"encoder{len(losses)}"
        tail = ["-m", "vinn_training.cli.main", "train", str(dataset), "-o", str(output), *options]
        subprocess.run([sys.executable, *launcher, *tail], check=True, timeout=600)
        losses.append(json.loads((output / "train.json").read_text())["epochs"][0]["loss"])
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)


def test_missing_data_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(tmp_path / "nothing"), "-o", str(tmp_path / "out"), *FAST]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
