"""The commands of `vinn bank-edit`, on a bundle whose encoder stands in for a network."""

import errno
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from vinn_training import durable_files
from vinn_training.bank.build import build_bank
from vinn_training.bank.bundle import load_bundle, write_bundle
from vinn_training.bank.calibration import calibrate
from vinn_training.bank.manifest import BundleManifest
from vinn_training.cli import bank_edit
from vinn_training.cli.bank_edit import AddConfig, CheckConfig, DisableConfig, EnableConfig
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.encoder.artifact import EncoderSpec, write_encoder
from vinn_training.exceptions import InvalidBundle, InvalidInput
from vinn_training.preprocessing import Preprocessing


class _CornerRuntime:
    """512 numbers that are the picture's corner."""

    embedding_size = 512

    def __init__(self, encoder_id: str) -> None:
        self.encoder_id = encoder_id

    def encode(self, images: object) -> np.ndarray:
        return np.stack([np.resize(image[:8, :8], 512) for image in images]).astype(np.float32)  # type: ignore[attr-defined]


@pytest.fixture
def bundle(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    weights = {"conv1.weight": np.ones(3, dtype=np.float32)}
    encoder = write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=32)), weights)
    monkeypatch.setattr(bank_edit, "load_runtime", lambda bundle, threads: _CornerRuntime(bundle.encoder.encoder_id))
    monkeypatch.setattr(sys, "argv", ["vinn", "bank-edit", "..."])
    built = build_bank(open_dataset(dataset).demonstrations, _CornerRuntime(encoder.encoder_id))
    bank = built.bank
    manifest = BundleManifest(encoder.spec, encoder.encoder_id, bank.bank_id, len(bank), 3, calibrate(bank))
    write_bundle(tmp_path / "bundle", bank, encoder, built.thumbnails, manifest)
    return tmp_path / "bundle"


def _new_dataset(folder: Path, name: str) -> Path:
    images = list(np.random.default_rng(9).integers(0, 256, (3, 40, 48, 3), dtype=np.uint8))
    VinnDatasetWriter(folder).write(
        Demonstration.from_images(name, images, np.tile([1.0, 0.0, 0.0], (3, 1)), np.ones(3))
    )
    return folder


def test_add_disable_enable_and_check(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = load_bundle(bundle).bank.bank_id
    assert bank_edit.run(AddConfig(bundle, _new_dataset(tmp_path / "new", "demo_9"))) == 0
    assert "15 of 15 frames used, 4 demonstrations" in capsys.readouterr().out
    assert bank_edit.run(DisableConfig(bundle, ("demo_0", "demo_2"))) == 0
    out = capsys.readouterr().out
    assert "7 of 15 frames used, 4 demonstrations, disabled: demo_0, demo_2" in out
    loaded = load_bundle(bundle)
    assert loaded.bank.bank_id in out
    assert loaded.bank.disabled == ("demo_0", "demo_2")
    assert loaded.manifest.command == "vinn bank-edit ..."
    assert bank_edit.run(EnableConfig(bundle, ("demo_0",))) == 0
    assert load_bundle(bundle).bank.disabled == ("demo_2",)
    capsys.readouterr()
    assert bank_edit.run(CheckConfig(bundle)) == 0
    assert "whole, bank" in capsys.readouterr().out
    assert load_bundle(bundle).bank.bank_id != first


def test_a_name_that_is_taken_is_refused_before_anything_is_embedded(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_edit, "load_runtime", lambda *_, **__: pytest.fail("the encoder was loaded"))
    with pytest.raises(InvalidInput, match="'demo_1' is in the bank already; give the new one another name"):
        bank_edit.run(AddConfig(bundle, _new_dataset(tmp_path / "new", "demo_1")))


def test_a_full_disk_is_told_in_one_line_and_changes_nothing(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(durable_files, "write_file", full)
    before = {file.name: file.read_bytes() for file in bundle.iterdir()}
    with pytest.raises(InvalidInput, match=r"No space left on device; the bundle is as it was: look at free space"):
        bank_edit.run(DisableConfig(bundle, ("demo_0",)))
    assert {file.name: file.read_bytes() for file in bundle.iterdir()} == before


def test_mistakes_leave_the_bundle_as_it_was(bundle: Path, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in bundle.iterdir()}
    with pytest.raises(InvalidInput, match="'demo_1' is in the bank already"):
        bank_edit.run(AddConfig(bundle, _new_dataset(tmp_path / "new", "demo_1")))
    for names, words in (
        (("demo_0", "nobody"), "no demonstration 'nobody'"),
        (("demo_0", "demo_1", "demo_2"), "left"),
        ((), "no demonstration is named; expected one or more names"),
    ):
        with pytest.raises(InvalidInput, match=words):
            bank_edit.run(DisableConfig(bundle, names))
    assert {file.name: file.read_bytes() for file in bundle.iterdir()} == before
    (bundle / "thumbnails.safetensors").write_bytes(b"")
    with pytest.raises(InvalidBundle, match=r"thumbnails\.safetensors"):
        bank_edit.run(CheckConfig(bundle))
