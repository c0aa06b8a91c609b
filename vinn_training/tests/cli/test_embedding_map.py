import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from vinn_training.cli.main import main
from vinn_training.encoder.artifact import EncoderSpec, write_encoder
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.preprocessing import Preprocessing


def test_every_frame_gets_a_place_and_a_phase(dataset: Path, tmp_path: Path, capsys) -> None:
    weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=16)), weights)
    out = tmp_path / "out"
    assert (
        main(["embedding-map", str(dataset), "-e", str(tmp_path / "encoder"), "-o", str(out), "--method", "pca"]) == 0
    )
    content = json.loads((out / "embedding_map.json").read_text())
    assert len(content["points"]) == 12
    assert [point["phase"] for point in content["points"][:4]] == [0.0, 0.3333, 0.6667, 1.0]
    assert (out / "embedding_map.png").read_bytes().startswith(b"\x89PNG")
    assert "12 frames by pca" in capsys.readouterr().out
    assert main(["report", str(out)]) == 0
    assert "Embeddings by phase" in (out / "report.html").read_text()


def test_a_missing_encoder_is_one_line(dataset: Path, tmp_path: Path, capsys) -> None:
    assert main(["embedding-map", str(dataset), "-e", str(tmp_path / "none"), "-o", str(tmp_path / "out")]) == 2
    assert "missing; expected the encoder" in " ".join(capsys.readouterr().err.split())
