import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.cli.main import main
from vinn_training.encoder.artifact import EncoderSpec, write_encoder
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.preprocessing import Preprocessing


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=16)), weights)
    return tmp_path / "encoder"


def test_errors_of_every_k_and_temperature(dataset: Path, encoder: Path, tmp_path: Path, capsys) -> None:
    command = ["sweep", str(dataset), "-e", str(encoder), "-o", str(tmp_path / "out"), "--max-k", "5", "--folds", "3",
               "--seeds", "0", "1", "--temperatures", "1", "20", "--threads", "1"]  # fmt: skip
    assert main(command) == 0
    content = json.loads((tmp_path / "out" / "sweep.json").read_text())
    assert len(content["points"]) == 5 * 2 * 2
    assert content["best"][0]["mse"] == pytest.approx(0.0, abs=1e-9)  # every label of this data set is forward
    assert (tmp_path / "out" / "sweep.csv").read_text().startswith("task,seed,k,temperature,mse\n")
    assert "lowest MSE" in capsys.readouterr().out


def test_mistakes_are_one_line(dataset: Path, encoder: Path, tmp_path: Path, capsys) -> None:
    out = ["-o", str(tmp_path / "out")]
    assert main(["sweep", str(dataset), "-e", str(encoder), *out, "--max-k", "0"]) == 2
    assert "max_k is 0; expected 1 to 1000" in capsys.readouterr().err
    assert main(["sweep", str(dataset), "-e", str(tmp_path / "none"), *out, "--folds", "3"]) == 2
    assert "missing; expected the encoder" in " ".join(capsys.readouterr().err.split())
    assert main(["sweep", str(dataset), "-e", str(encoder), *out, "--folds", "3", "--temperatures", "-1"]) == 2
    assert "temperature is -1" in capsys.readouterr().err
