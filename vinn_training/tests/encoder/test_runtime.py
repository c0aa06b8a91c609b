import builtins
from dataclasses import replace
from pathlib import Path

import pytest

from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput, MissingDependency
from vinn_training.preprocessing import Preprocessing

SPEC = EncoderSpec("resnet18", Preprocessing(size=32))


@pytest.mark.parametrize(
    ("runtime", "package", "words"),
    [
        ("torch", "torch", "torch and torchvision .* pip install torch torchvision"),
        ("openvino", "openvino", "openvino .* pip install openvino"),
        ("onnx", "onnxruntime", "onnxruntime .* pip install onnxruntime"),
    ],
)
def test_the_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runtime: str, package: str, words: str
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: object, **keywords: object) -> object:
        if name.endswith(f"{runtime}_runtime"):
            raise ModuleNotFoundError(f"No module named '{package}'", name=package)
        return real(name, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependency, match=words):
        load_runtime(EncoderArtifact(replace(SPEC, runtime=runtime), tmp_path / "w", "e"))


def test_devices_that_cannot_be_used_are_refused(tmp_path: Path, trained: EncoderArtifact) -> None:
    exported = EncoderArtifact(replace(SPEC, runtime="openvino"), tmp_path / "w", "e")
    with pytest.raises(InvalidInput, match="device is 'cuda', but an encoder exported for openvino runs on the CPU"):
        load_runtime(exported, device="cuda")
    with pytest.raises(InvalidInput, match="device is 'tpu'"):
        load_runtime(trained, device="tpu")
