import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("mujoco")

from vinn_training.cli.main import main
from vinn_training.encoder.artifact import load_encoder

FAST = ["--preset", "small", "--scenes", "2", "--pictures", "3", "--epochs", "1", "--scenes-a-step", "2",
        "--pictures-a-step", "3", "--workers", "1", "--threads", "1"]  # fmt: skip


def test_weights_to_start_from_are_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["pretrain", "-o", str(out), *FAST]) == 0
    assert "vinn train --weights" in capsys.readouterr().out
    content = json.loads((out / "pretrain.json").read_text())
    assert content["encoder_id"] == load_encoder(out).encoder_id
    assert len(content["epochs"]) == 1
    assert sorted(path.name for path in out.iterdir()) == ["encoder.safetensors", "pretrain.json"]
    assert main(["pretrain", "-o", str(out), *FAST]) == 0
    assert "done already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset", "huge"], "preset is 'huge'; expected one of: small, paper"),
        (["--scenes", "0"], "expected one or more of each"),
        (["--pictures-a-step", "1"], "pictures_a_step 1"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, capsys, arguments, message) -> None:
    assert main(["pretrain", "-o", str(tmp_path / "out"), *FAST, *arguments]) in (2,)
    error = " ".join(capsys.readouterr().err.split())
    assert message in error
    assert "Traceback" not in error
