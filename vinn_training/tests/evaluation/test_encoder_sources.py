import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.encoder.artifact import WEIGHTS_FILE, EncoderSpec, load_encoder, read_weights, write_encoder
from vinn_training.evaluation.encoder_sources import EncoderLoader, EncoderSources, pretraining_of
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.preprocessing import Preprocessing


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


def test_weights_of_a_folder_take_the_preprocessing_of_vinns_own(encoder_folder: Path, tmp_path: Path) -> None:
    """Pretrained weights on their own are compared in the same architecture and preprocessing as what starts there."""
    spec = EncoderSpec("resnet18", Preprocessing(size=32), "l2", 3.0)
    write_encoder(tmp_path / "byol", spec, read_weights(encoder_folder / WEIGHTS_FILE))
    sources = EncoderSources(byol=str(tmp_path / "byol"), imagenet=f"weights:{encoder_folder}")
    made = EncoderLoader(sources, tmp_path / "made").load("imagenet", "door", 0)
    assert made.encoder_id == load_encoder(tmp_path / "byol").encoder_id
    missing = EncoderSources(byol=str(tmp_path / "byol"), imagenet="weights:nothing")
    with pytest.raises(InvalidCheckpoint, match="nothing: no such weights file"):
        EncoderLoader(missing, tmp_path / "made").load("imagenet", "door", 0)


def test_what_an_encoder_started_from_is_known_or_said_not_to_be(tmp_path: Path) -> None:
    for name, weights in (("a", "none"), ("b", "imagenet"), ("c", str(tmp_path / "pre")), ("d", "/x/y.pt")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.json").write_text(json.dumps({"weights": weights}))
    (tmp_path / "pre").mkdir()
    (tmp_path / "pre" / "pretrain.json").touch()
    found = [pretraining_of(tmp_path / name) for name in ("a", "b", "c", "d", "pre", "nowhere")]
    assert found == ["none", "imagenet", "in-domain", "file", "in-domain", "unknown"]
    sources = EncoderSources(byol=str(tmp_path / "a"), imagenet=f"weights:{tmp_path / 'pre'}")
    loader = EncoderLoader(sources, tmp_path)
    assert [loader.pretraining(name, "t", 0) for name in (None, "byol", "imagenet", "untrained")] == [
        "none", "none", "in-domain", "none",
    ]  # fmt: skip
