import builtins
from pathlib import Path

import pytest

from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import MissingDependency
from vinn_training.preprocessing import Preprocessing


def test_missing_torch_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = builtins.__import__

    def without_torch(name: str, *arguments: object, **keywords: object) -> object:
        if name.endswith("torch_runtime"):
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
        return real(name, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_torch)
    artifact = EncoderArtifact(EncoderSpec("resnet18", Preprocessing(size=32)), tmp_path / "w", "e")
    with pytest.raises(MissingDependency, match="pip install torch"):
        load_runtime(artifact)
