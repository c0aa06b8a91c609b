from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.encoder.artifact import load_encoder
from vinn_training.evaluation.encoder_sources import EncoderLoader, EncoderSources
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput


def test_an_encoder_is_loaded_once_for_all_seeds(encoder_folder: Path, tmp_path: Path) -> None:
    loader = EncoderLoader(EncoderSources(byol=str(encoder_folder)), tmp_path)
    first = loader.load("byol", "door", 0)
    assert loader.load("byol", "door", 1) is first
    assert first.encoder_id == load_encoder(encoder_folder).encoder_id
    assert first.artifact is not None


def test_task_and_seed_fill_the_path(tmp_path: Path) -> None:
    loader = EncoderLoader(EncoderSources(byol="runs/{task}/byol_{seed}"), tmp_path)
    assert loader.path("byol", "door", 2) == "runs/door/byol_2"
    with pytest.raises(InvalidInput, match="no braces but"):
        EncoderLoader(EncoderSources(byol="{name}"), tmp_path).path("byol", "door", 0)


def test_random_weights_differ_by_seed_and_keep_the_preprocessing(encoder_folder: Path, tmp_path: Path) -> None:
    loader = EncoderLoader(EncoderSources(byol=str(encoder_folder)), tmp_path / "made")
    ids = {loader.load("untrained", "door", seed).encoder_id for seed in (0, 1)}
    assert len(ids) == 2
    made = loader.load("untrained", "door", 0).artifact
    assert made is not None
    assert made.spec == load_encoder(encoder_folder).spec
    again = EncoderLoader(EncoderSources(byol=str(encoder_folder)), tmp_path / "again")
    assert again.load("untrained", "door", 0).encoder_id in ids


def test_what_is_missing_is_said_with_the_option(tmp_path: Path) -> None:
    loader = EncoderLoader(EncoderSources(vicreg=str(tmp_path / "none")), tmp_path)
    with pytest.raises(InvalidInput, match=r"--encoders\.byol-scratch"):
        loader.load("byol_scratch", "door", 0)
    with pytest.raises(InvalidCheckpoint, match="missing"):
        loader.load("vicreg", "door", 0)
