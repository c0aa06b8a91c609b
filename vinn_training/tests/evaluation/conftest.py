"""A tiny encoder for the commands that load one."""

from pathlib import Path

import pytest


@pytest.fixture
def encoder_folder(tmp_path: Path) -> Path:
    """A tiny encoder on disk."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from vinn_training.encoder.artifact import EncoderSpec, write_encoder
    from vinn_training.encoder.backbone import empty_backbone
    from vinn_training.preprocessing import Preprocessing

    with torch.random.fork_rng():
        torch.manual_seed(9)
        weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=16)), weights)
    return tmp_path / "encoder"
