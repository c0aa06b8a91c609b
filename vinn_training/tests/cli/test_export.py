import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("openvino")
pytest.importorskip("nncf")

from vinn_training.bank.bundle import load_bundle
from vinn_training.cli.main import main
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.encoder.artifact import EncoderSpec, load_encoder, write_encoder, write_exported
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.encoder.export import export as export_module
from vinn_training.exceptions import InvalidBundle
from vinn_training.preprocessing import Preprocessing


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    spec = EncoderSpec("resnet18", Preprocessing(size=32), "l2", 10.0)
    write_encoder(tmp_path / "encoder", spec, weights)
    return tmp_path / "encoder"


@pytest.fixture
def demonstrations(tmp_path: Path) -> Path:
    """Three demonstrations of 20 frames whose pictures tell the direction: the first to learn from are 40."""
    rng = np.random.default_rng(0)
    writer = VinnDatasetWriter(tmp_path / "demonstrations")
    for demo in range(3):
        directions = rng.normal(size=(20, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        noise = rng.uniform(-0.3, 0.3, (20, 3, 3, 3))
        small = ((directions[:, None, None] + noise).clip(-1, 1) * 127 + 127).astype(np.uint8)
        images = [cv2.resize(image, (48, 40), interpolation=cv2.INTER_CUBIC) for image in small]
        writer.write(Demonstration.from_images(f"demo_{demo}", images, directions, np.repeat([1.0, 0.0], 10)))
    return tmp_path / "demonstrations"


def _export(encoder: Path, output: Path, *arguments: str) -> int:
    return main(["export", str(encoder), "-o", str(output), "--threads", "1", "--folds", "3", *arguments])


def test_from_training_to_a_robot_without_torch(
    encoder: Path, demonstrations: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Export, build the bank with the exported encoder, and act, as a robot that has only the runtime does."""
    output, bundle = tmp_path / "exported", tmp_path / "bundle"
    assert _export(encoder, output, "--no-check-processor", "--calibration", str(demonstrations)) == 0
    printed = capsys.readouterr().out
    assert "openvino int8" in printed
    assert "action MSE" in printed
    report = json.loads((output / "export.json").read_text())
    exported = load_encoder(output)
    assert report["encoder_id"] == {"before": load_encoder(encoder).encoder_id, "after": exported.encoder_id}
    assert report["precision"] == {"asked": "int8", "exported": "int8"}
    assert (report["cost"]["training_frames"], report["cost"]["test_frames"], len(report["held_out"])) == (40, 20, 1)
    assert 0.9 < report["cost"]["cosine_min"] <= report["cost"]["cosine_median"] <= 1.0 + 1e-9
    assert report["encode_ms"]["before"] > 0.0

    assert main(["bank", str(demonstrations), "-e", str(output), "-o", str(bundle)]) == 0
    assert {path.name for path in bundle.iterdir()} >= {"encoder.xml", "encoder.bin", "encoder.json"}
    assert not (bundle / "encoder.safetensors").exists()
    assert load_encoder(bundle).encoder_id == exported.encoder_id
    done = _on_a_robot(bundle, demonstrations)
    assert done.stdout.split() == ["demo_1", "7", "openvino", "int8"], done.stderr


def _on_a_robot(bundle: Path, demonstrations: Path) -> "subprocess.CompletedProcess[str]":
    """Let a bundle answer for a frame of its own where nothing that trains or exports can be imported."""
    script = f"""
import sys
for name in ("torch", "torchvision", "lightly", "nncf", "onnx", "onnxruntime", "tensorboard"):
    sys.modules[name] = None
from vinn_training.bank.bundle import load_bundle
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.runtime import load_runtime
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.vinn_policy import VinnPolicy
bundle = load_bundle({str(bundle)!r})
image = open_dataset({str(demonstrations)!r}).demonstrations[1].load_image(7)
embedding = load_runtime(bundle, threads=1).encode([image])[0]
nearest = VinnPolicy(bundle.bank, PolicyConfig(), bundle.calibration).decide(embedding).action.neighbors[0]
spec = bundle.encoder.spec
print(nearest.demonstration, nearest.frame, spec.runtime, spec.precision)
"""
    path = {"PYTHONPATH": ":".join(entry for entry in sys.path if entry)}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=path, check=False)


def test_exported_files_of_another_encoder_are_refused(
    encoder: Path, demonstrations: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a bundle nor a folder whose files were changed for those of another export is used."""
    exported, bundle = tmp_path / "exported", tmp_path / "bundle"
    assert _export(encoder, exported, "--precision", "fp32") == 0
    assert main(["bank", str(demonstrations), "-e", str(exported), "-o", str(bundle)]) == 0
    weights = bytearray((bundle / "encoder.bin").read_bytes())
    weights[100] ^= 1
    (bundle / "encoder.bin").write_bytes(weights)
    with pytest.raises(InvalidBundle, match=r"encoder\.bin"):
        load_bundle(bundle)
    values = json.loads((bundle / "manifest.json").read_text())
    values["checksums"]["encoder.bin"] = hashlib.sha256(weights).hexdigest()  # as a careful forger would
    (bundle / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(InvalidBundle, match="but the bank was made with"):
        load_bundle(bundle)
    capsys.readouterr()
    assert main(["bank", str(demonstrations), "-e", str(bundle), "-o", str(tmp_path / "new")]) == 2
    assert "it was changed" in " ".join(capsys.readouterr().err.split())


def test_onnx_without_demonstrations(encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime")
    output = tmp_path / "exported"
    assert _export(encoder, output, "--runtime", "onnx", "--precision", "fp32") == 0
    assert "embeddings are not compared" in capsys.readouterr().out
    report = json.loads((output / "export.json").read_text())
    assert (report["runtime"], report["cost"], report["calibration"]) == ("onnx", None, None)
    assert load_encoder(output).spec.runtime == "onnx"


def test_int8_on_a_processor_without_instructions(
    encoder: Path, demonstrations: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(export_module, "has_int8_instructions", lambda: False)
    output = tmp_path / "exported"
    assert _export(encoder, output, "--calibration", str(demonstrations)) == 0
    assert "no instructions for int8" in " ".join(capsys.readouterr().err.split())
    report = json.loads((output / "export.json").read_text())
    assert report["precision"] == {"asked": "int8", "exported": "fp32"}
    assert load_encoder(output).spec.precision == "fp32"
    assert report["cost"]["cosine_min"] > 0.9999


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--no-check-processor"], "int8 needs demonstrations to calibrate on; expected --calibration DATASET"),
        (["--no-check-processor", "--calibration", "DATA", "--frames", "10"], "10 frames to calibrate on"),
        (["--runtime", "onnx"], "precision is int8 with runtime onnx"),
        (["--precision", "fp32", "--calibration", "DATA", "--folds", "9"], "cannot be divided into 9 folds"),
        (["--precision", "fp32", "--k", "0"], "k is 0"),
        (["--precision", "fp32", "--calibration", "DATA", "--reader.split", "test"], "--reader.split is test"),
        (["--precision", "fp32", "--threads", "-1"], "threads is -1"),
    ],
)
def test_mistakes_leave_the_old_export(
    encoder: Path, demonstrations: Path, tmp_path: Path, capsys, arguments: list[str], message: str
) -> None:
    output = tmp_path / "exported"
    output.mkdir()
    (output / "encoder.json").write_text("the old one")
    given = [str(demonstrations) if item == "DATA" else item for item in arguments]
    assert _export(encoder, output, *given) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert message in error
    assert "Traceback" not in error
    assert [path.name for path in output.iterdir()] == ["encoder.json"]
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_layer_that_cannot_be_converted_leaves_the_old_export(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    class Unknown(torch.nn.Module):
        def forward(self, images: "torch.Tensor") -> "torch.Tensor":
            return torch.special.bessel_j0(images.float().mean(dim=(1, 2)))

    output = tmp_path / "exported"
    output.mkdir()
    spec = replace(load_encoder(encoder).spec, runtime="openvino")
    before = write_exported(output, spec, {"encoder.xml": b"<net/>", "encoder.bin": b"old"})
    monkeypatch.setattr(export_module, "image_encoder", lambda artifact: Unknown())
    assert _export(encoder, output, "--precision", "fp32") == 2
    assert "bessel_j0" in capsys.readouterr().err
    assert load_encoder(output) == before


def test_other_folders_are_not_replaced(encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _export(encoder, encoder, "--precision", "fp32") == 2
    assert "exists and is not an exported encoder" in " ".join(capsys.readouterr().err.split())
    assert load_encoder(encoder).spec.runtime == "torch"
    assert _export(tmp_path, tmp_path / "new", "--precision", "fp32") == 2
    assert "encoder.safetensors: missing" in capsys.readouterr().err
