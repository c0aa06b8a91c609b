import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.cli.main import main
from vinn_training.cli.train import default_config
from vinn_training.encoder.artifact import load_encoder
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


def test_missing_data_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(tmp_path / "nothing"), "-o", str(tmp_path / "out"), *FAST]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
