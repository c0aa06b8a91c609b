import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.bank import bundle as bundle_module
from vinn_training.bank import mapped_file
from vinn_training.bank.build import BuiltBank, build_bank
from vinn_training.bank.bundle import Bundle, load_bundle, write_bundle
from vinn_training.bank.calibration import DistanceCalibration, calibrate
from vinn_training.bank.faiss_index import FaissIndex
from vinn_training.bank.live_bank import LiveBank
from vinn_training.bank.manifest import BundleManifest
from vinn_training.bank.versions import save_version
from vinn_training.contracts import Demonstration
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.exceptions import InvalidBundle, InvalidInput

from .conftest import MeanColourRuntime


@pytest.fixture
def built(demonstrations: list[Demonstration], encoder: EncoderArtifact) -> BuiltBank:
    return build_bank(demonstrations, MeanColourRuntime(encoder.encoder_id))


@pytest.fixture
def bundle(tmp_path: Path, built: BuiltBank, encoder: EncoderArtifact) -> Bundle:
    return _write(tmp_path / "bundle", built, encoder)


def _write(path: Path, built: BuiltBank, encoder: EncoderArtifact, kind: str = "") -> Bundle:
    bank = built.bank
    manifest = BundleManifest(encoder.spec, encoder.encoder_id, bank.bank_id, len(bank), 3, calibrate(bank), "", "made")
    index = None
    if kind:
        from vinn_training.bank.index_training import train_index

        index = train_index(bank, kind, 0.9).trained
    write_bundle(path, bank, encoder, built.thumbnails, manifest, index)
    return load_bundle(path)


@pytest.fixture
def new(encoder: EncoderArtifact, demonstrations: list[Demonstration]) -> BuiltBank:
    return build_bank([replace(demonstrations[2], name="new")], MeanColourRuntime(encoder.encoder_id))


@pytest.mark.parametrize("mapped", [False, True])
def test_added_demonstrations_are_there_after_loading(
    bundle: Bundle, built: BuiltBank, new: BuiltBank, monkeypatch: pytest.MonkeyPatch, mapped: bool
) -> None:
    if mapped:
        monkeypatch.setattr(mapped_file, "MAPPED_FROM_BYTES", 1)
        bundle = load_bundle(bundle.path)
    live = LiveBank(bundle.bank, bundle.thumbnails)
    live.add(new)
    version = live.disable("demo_0")
    save_version(bundle.path, bundle, version, "vinn bank-edit")
    loaded = load_bundle(bundle.path, whole=True)
    assert loaded.bank.bank_id == version.bank_id
    assert (loaded.bank.demonstration_names[3], loaded.bank.disabled) == ("new", ("demo_0",))
    assert (loaded.manifest.rows, loaded.manifest.demonstrations, loaded.manifest.command) == (20, 4, "vinn bank-edit")
    np.testing.assert_array_equal(loaded.bank.embeddings[:15], built.bank.embeddings)
    np.testing.assert_array_equal(loaded.bank.embeddings[15:], new.bank.embeddings)
    np.testing.assert_array_equal(loaded.thumbnails[16], new.thumbnails[1])
    if mapped:
        assert loaded.calibration == bundle.calibration
    else:
        assert loaded.calibration.count == 15  # disabled frames do not count
        assert loaded.calibration.distances[0] == 0.0  # "new" repeats demo_2


def test_a_version_is_saved_with_its_own_yardstick(bundle: Bundle, new: BuiltBank, tmp_path: Path) -> None:
    own = DistanceCalibration((0.25, 1.0), 8)
    live = LiveBank(bundle.bank, bundle.thumbnails, calibration=bundle.calibration)
    save_version(tmp_path / "saved", bundle, live.add(new, own))
    assert load_bundle(tmp_path / "saved").calibration == own
    save_version(tmp_path / "disabled", bundle, live.roll_back(0))
    assert load_bundle(tmp_path / "disabled").calibration == bundle.calibration
    assert load_bundle(bundle.path).bank.bank_id == bundle.bank.bank_id


def test_a_full_disk_leaves_the_old_bundle_and_nothing_else(
    bundle: Bundle, new: BuiltBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, bank: object) -> None:
        path.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(bundle_module, "write_bank_file", full)
    version = LiveBank(bundle.bank, bundle.thumbnails).add(new)
    for path in (bundle.path, bundle.path.parent / "new"):
        with pytest.raises(OSError, match="No space left"):
            save_version(path, bundle, version)
    assert [path.name for path in bundle.path.parent.iterdir() if "bundle" in path.name or "new" in path.name] == [
        "bundle"
    ]
    assert load_bundle(bundle.path, whole=True).bank.bank_id == bundle.bank.bank_id


def test_disabling_rewrites_the_manifest_only(bundle: Bundle) -> None:
    before = {file.name: file.stat().st_ino for file in bundle.path.iterdir()}
    save_version(bundle.path, bundle, LiveBank(bundle.bank, bundle.thumbnails).disable("demo_2"))
    changed = {file.name for file in bundle.path.iterdir() if file.stat().st_ino != before.get(file.name)}
    assert changed == {"manifest.json"}
    loaded = load_bundle(bundle.path)
    assert (loaded.bank.disabled, loaded.manifest.command) == (("demo_2",), "made")
    save_version(bundle.path, loaded, LiveBank(loaded.bank, loaded.thumbnails).enable("demo_2"))
    assert load_bundle(bundle.path).bank.bank_id == bundle.bank.bank_id


@pytest.mark.parametrize("adds", [False, True])
def test_a_bundle_that_another_process_changed_meanwhile_is_left_as_it_is(
    bundle: Bundle, new: BuiltBank, adds: bool
) -> None:
    other = load_bundle(bundle.path)
    mine = LiveBank(other.bank, other.thumbnails)
    version = mine.disable("demo_2") if adds else mine.add(new)
    save_version(bundle.path, other, version)
    live = LiveBank(bundle.bank, bundle.thumbnails)
    with pytest.raises(InvalidInput, match="another process has changed it since it was loaded"):
        save_version(bundle.path, bundle, live.add(new) if adds else live.disable("demo_0"))
    assert load_bundle(bundle.path, whole=True).bank.bank_id == version.bank_id


def test_a_version_of_another_bank_is_refused(bundle: Bundle, built: BuiltBank) -> None:
    with pytest.raises(InvalidInput, match="not of the bank"):
        save_version(bundle.path, bundle, LiveBank(*built).disable("demo_0"))
    assert load_bundle(bundle.path).bank.bank_id == bundle.bank.bank_id


def test_the_index_goes_with_the_bundle_and_grows(
    tmp_path: Path, built: BuiltBank, new: BuiltBank, encoder: EncoderArtifact
) -> None:
    pytest.importorskip("faiss")
    bundle = _write(tmp_path / "flat", built, encoder, "flat")
    assert isinstance(bundle.open_index(), FaissIndex)
    save_version(tmp_path / "grown", bundle, LiveBank(bundle.bank, bundle.thumbnails).add(new))
    index = load_bundle(tmp_path / "grown", whole=True).open_index()
    assert isinstance(index, FaissIndex)
    assert set(index.query(new.bank.embeddings[3], 2).rows) == {13, 18}


def test_an_index_of_another_bank_is_refused(
    tmp_path: Path, built: BuiltBank, new: BuiltBank, encoder: EncoderArtifact
) -> None:
    pytest.importorskip("faiss")
    bundle, other = _write(tmp_path / "a", built, encoder, "flat"), _write(tmp_path / "b", new, encoder, "flat")
    checksums = dict(other.manifest.checksums)
    for name in ("index.json", "index.faiss"):
        (bundle.path / name).write_bytes((other.path / name).read_bytes())
    with pytest.raises(InvalidBundle, match=r"index\.json: .*not those the manifest names"):
        load_bundle(bundle.path)
    values = json.loads((bundle.path / "manifest.json").read_text())
    values["checksums"] |= {name: checksums[name] for name in ("index.json", "index.faiss")}
    (bundle.path / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(InvalidBundle, match=f"index of bank '{other.bank.rows_id}'.*are '{bundle.bank.rows_id}'"):
        load_bundle(bundle.path)


@pytest.mark.parametrize("name", ["index.json", "index.faiss"])
def test_a_missing_or_damaged_index_is_named(
    tmp_path: Path, built: BuiltBank, encoder: EncoderArtifact, name: str
) -> None:
    pytest.importorskip("faiss")
    bundle = _write(tmp_path / "a", built, encoder, "flat")
    data = (bundle.path / name).read_bytes()
    (bundle.path / name).write_bytes(data[:-4])
    with pytest.raises(InvalidBundle, match=name):
        load_bundle(bundle.path, whole=True)
    (bundle.path / name).unlink()
    with pytest.raises(InvalidBundle, match=name):
        load_bundle(bundle.path).open_index()


def test_without_faiss_small_banks_are_searched_exactly(
    tmp_path: Path, built: BuiltBank, encoder: EncoderArtifact, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    pytest.importorskip("faiss")
    bundle = _write(tmp_path / "a", built, encoder, "flat")
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    assert bundle.open_index().query(bundle.bank.embeddings[6], 1).rows[0] == 6
    assert "exact instead of flat" in caplog.text
    assert "pip install faiss-cpu" in caplog.text
