import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from vinn_training.bank import mapped_file
from vinn_training.bank.build import BuiltBank, build_bank
from vinn_training.bank.bundle import load_bundle, write_bundle
from vinn_training.bank.calibration import calibrate
from vinn_training.bank.fingerprint import block_digests
from vinn_training.bank.manifest import BundleManifest
from vinn_training.contracts import Demonstration
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, write_encoder
from vinn_training.exceptions import InvalidBundle, InvalidInput
from vinn_training.preprocessing import Preprocessing

from .conftest import MeanColourRuntime


@pytest.fixture
def built(demonstrations: list[Demonstration], encoder: EncoderArtifact) -> BuiltBank:
    return build_bank(demonstrations, MeanColourRuntime(encoder.encoder_id))


def _manifest(built: BuiltBank, encoder: EncoderArtifact) -> BundleManifest:
    return BundleManifest(
        encoder.spec, encoder.encoder_id, built.bank.bank_id, len(built.bank), 3, calibrate(built.bank),
        "a test", "vinn bank",
    )  # fmt: skip


@pytest.fixture
def path(tmp_path: Path, built: BuiltBank, encoder: EncoderArtifact) -> Path:
    write_bundle(tmp_path / "bundle", built.bank, encoder, built.thumbnails, _manifest(built, encoder))
    return tmp_path / "bundle"


def _edit_manifest(path: Path, change: Callable[[dict], None]) -> None:
    values = json.loads((path / "manifest.json").read_text())
    change(values)
    (path / "manifest.json").write_text(json.dumps(values))


def _with_checksum(path: Path, name: str) -> None:
    """Make the manifest agree with a changed file, as a careful forger would."""
    digest = hashlib.sha256((path / name).read_bytes()).hexdigest()
    _edit_manifest(path, lambda values: values["checksums"].update({name: digest}))


def _edit_bank(path: Path, change: Callable[[dict], None], encoder_id: str | None = None) -> None:
    from safetensors import safe_open

    file = path / "bank.safetensors"
    arrays = load_file(file)
    with safe_open(file, framework="numpy") as stream:
        metadata = dict(stream.metadata())
    change(arrays)
    metadata |= {"encoder_id": encoder_id} if encoder_id else {}
    save_file(arrays, file, metadata={**metadata, "block_sha256": json.dumps(block_digests([arrays["embeddings"]]))})
    _with_checksum(path, "bank.safetensors")


def test_round_trip(path: Path, built: BuiltBank, encoder: EncoderArtifact) -> None:
    bundle = load_bundle(path)
    assert bundle.bank.bank_id == built.bank.bank_id
    np.testing.assert_array_equal(bundle.bank.embeddings, built.bank.embeddings)
    assert bundle.bank.demonstration_names == built.bank.demonstration_names
    assert bundle.encoder.spec == encoder.spec
    assert bundle.encoder.encoder_id == encoder.encoder_id
    assert bundle.encoder.weights_path.parent == path
    assert bundle.calibration == calibrate(built.bank)
    np.testing.assert_array_equal(bundle.thumbnails[7], built.thumbnails[7])
    assert (bundle.manifest.source, bundle.manifest.command) == ("a test", "vinn bank")
    names = {file.name for file in path.iterdir()}
    assert names == {"manifest.json", "encoder.safetensors", "bank.safetensors", "thumbnails.safetensors"}


def test_a_bundle_can_be_moved(path: Path) -> None:
    shutil.move(path, path.parent / "elsewhere")
    assert len(load_bundle(path.parent / "elsewhere").bank) == 15


@pytest.mark.parametrize("name", ["manifest.json", "encoder.safetensors", "bank.safetensors", "thumbnails.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "changed"])
def test_damaged_files_are_named(path: Path, name: str, damage: str) -> None:
    file = path / name
    data = bytearray(file.read_bytes())
    if damage == "missing":
        file.unlink()
    elif damage == "truncated":
        file.write_bytes(data[: len(data) // 2])
    else:
        place = data.index(b'"format_version"') if name == "manifest.json" else len(data) - 1
        data[place] ^= 1
        file.write_bytes(data)
    with pytest.raises(InvalidBundle, match=name):
        load_bundle(path)


def test_no_bundle_at_all(tmp_path: Path) -> None:
    with pytest.raises(InvalidBundle, match=r"manifest\.json: cannot be read"):
        load_bundle(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda values: values.update(format_version=1), "format version is 1, this program reads 2"),
        (lambda values: values.update(format_version=3), "format version is 3, this program reads 2"),
        (lambda values: values.update(format="zip"), "not a bundle"),
        (lambda values: values["action"].update(frame="base_link"), "action_frame is 'base_link'"),
        (lambda values: values["action"].update(unit="metre"), "action_unit is 'metre'"),
        (lambda values: values.update(gripper="0 open"), "gripper is '0 open'"),
        (lambda values: values.pop("bank"), "'bank'"),
        (lambda values: values["checksums"].pop("bank.safetensors"), "checksum"),
        (lambda values: values["encoder"].update(architecture="vit"), "architecture is 'vit'"),
        (lambda values: values["encoder"].update(embedding_size=2048), "embedding size is 2048"),
        (lambda values: values["encoder"]["preprocessing"].update(size=48), "build the bundle again"),
        (lambda values: values["encoder"].update(normalisation="l2"), "build the bundle again"),
        (lambda values: values["bank"].update(bank_id="0" * 16), "is bank"),
        (lambda values: values["distance_calibration"].update(distances=[2, 1]), "calibration"),
    ],
)
def test_manifests_that_do_not_fit_are_refused(path: Path, change: Callable[[dict], None], words: str) -> None:
    _edit_manifest(path, change)
    with pytest.raises(InvalidBundle, match=words) as caught:
        load_bundle(path)
    assert str(path) in str(caught.value)


def test_bank_of_another_encoder_is_refused(path: Path) -> None:
    _edit_bank(path, lambda arrays: None, encoder_id="another")
    with pytest.raises(InvalidBundle, match="made with encoder another"):
        load_bundle(path)


def test_swapped_encoder_is_refused(path: Path, tmp_path: Path) -> None:
    other = write_encoder(
        tmp_path / "other", EncoderSpec("resnet18", Preprocessing(size=32)), {"conv1.weight": np.ones(2, np.float32)}
    )
    shutil.copy(other.weights_path, path / "encoder.safetensors")
    _with_checksum(path, "encoder.safetensors")
    with pytest.raises(InvalidBundle, match=f"are encoder {other.encoder_id}"):
        load_bundle(path)


def test_nan_and_wrong_size_are_refused(path: Path) -> None:
    def spoil(arrays: dict) -> None:
        arrays["embeddings"][3, 4] = np.nan

    kept = (path / "bank.safetensors").read_bytes()
    _edit_bank(path, spoil)
    with pytest.raises(InvalidBundle, match=r"bank\.safetensors.*NaN.*row 3"):
        load_bundle(path)
    (path / "bank.safetensors").write_bytes(kept)
    _edit_bank(path, lambda arrays: arrays.update(embeddings=np.ascontiguousarray(arrays["embeddings"][:, :100])))
    with pytest.raises(InvalidBundle, match="embeddings have 100 numbers, but resnet18 makes 512"):
        load_bundle(path)
    _edit_bank(path, lambda arrays: arrays.pop("gripper"))
    with pytest.raises(InvalidBundle, match=r"bank\.safetensors"):
        load_bundle(path)


def test_nan_in_the_encoder_is_refused(path: Path) -> None:
    weights = load_file(path / "encoder.safetensors")
    weights["conv1.weight"][0, 0] = np.nan
    save_file(weights, path / "encoder.safetensors")
    _with_checksum(path, "encoder.safetensors")
    with pytest.raises(InvalidBundle, match=r"encoder\.safetensors.*conv1\.weight.*NaN"):
        load_bundle(path)


def test_nothing_is_unpickled(path: Path) -> None:
    (path / "bank.safetensors").write_bytes(b"\x80\x04cos\nsystem\n(S'false'\ntR.")
    _with_checksum(path, "bank.safetensors")
    with pytest.raises(InvalidBundle, match=r"bank\.safetensors"):
        load_bundle(path)


@pytest.mark.parametrize("step", ["bank.bundle.write_file", "bank.bundle.write_bank_file", "durable_files.os.rename"])
def test_failed_replacement_keeps_the_old_bundle(
    path: Path, built: BuiltBank, encoder: EncoderArtifact, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    before = load_bundle(path).manifest
    with monkeypatch.context() as patched:
        patched.setattr(f"vinn_training.{step}", fail)
        with pytest.raises(OSError, match="no space"):
            write_bundle(path, built.bank, encoder, built.thumbnails, _manifest(built, encoder))
    assert load_bundle(path).manifest == before
    assert not [file.name for file in path.parent.iterdir() if file.name.startswith(".bundle")]


def test_replacement_leaves_one_bundle(path: Path, built: BuiltBank, encoder: EncoderArtifact) -> None:
    write_bundle(path, built.bank, encoder, built.thumbnails, _manifest(built, encoder))
    assert len(load_bundle(path).bank) == 15
    assert not [file.name for file in path.parent.iterdir() if file.name.startswith(".bundle")]


def test_folders_that_are_no_bundle_are_not_replaced(
    tmp_path: Path, built: BuiltBank, encoder: EncoderArtifact
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").touch()
    with pytest.raises(InvalidInput, match="is not a bundle"):
        write_bundle(tmp_path / "home", built.bank, encoder, built.thumbnails, _manifest(built, encoder))
    assert (tmp_path / "home" / "thesis.tex").exists()


def test_parts_that_do_not_belong_together_are_not_written(
    tmp_path: Path, built: BuiltBank, encoder: EncoderArtifact
) -> None:
    foreign = EncoderArtifact(encoder.spec, encoder.weights_path, "another")
    with pytest.raises(InvalidInput, match="the encoder is another"):
        write_bundle(tmp_path / "b", built.bank, foreign, built.thumbnails, _manifest(built, encoder))
    with pytest.raises(InvalidInput, match="1 thumbnails for 15"):
        write_bundle(
            tmp_path / "b", built.bank, encoder, type(built.thumbnails).from_images([built.thumbnails[0]]),
            _manifest(built, encoder),
        )  # fmt: skip
    assert not (tmp_path / "b").exists()


def test_large_files_are_mapped_and_checked_in_part(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load_bundle(path)
    monkeypatch.setattr(mapped_file, "MAPPED_FROM_BYTES", 1)
    bundle = load_bundle(path)
    assert isinstance(bundle.bank.embeddings, np.memmap)
    assert bundle.bank.bank_id == expected.bank.bank_id
    np.testing.assert_array_equal(bundle.bank.embeddings, expected.bank.embeddings)
    np.testing.assert_array_equal(bundle.thumbnails[7], expected.thumbnails[7])
    assert load_bundle(path, whole=True).bank.bank_id == expected.bank.bank_id


@pytest.mark.parametrize("name", ["bank.safetensors", "thumbnails.safetensors"])
def test_large_truncated_files_are_named(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_file, "MAPPED_FROM_BYTES", 1)
    data = (path / name).read_bytes()
    for kept in (0, 5, 100, len(data) - 1):
        (path / name).write_bytes(data[:kept])
        with pytest.raises(InvalidBundle, match=rf"{name}.*truncated"):
            load_bundle(path)


def test_a_change_in_a_large_file_is_found_on_demand(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_file, "MAPPED_FROM_BYTES", 1)
    file = path / "thumbnails.safetensors"
    data = bytearray(file.read_bytes())
    data[-9] ^= 1  # within the pictures or the offsets' upper bytes, which nobody reads on load
    file.write_bytes(data)
    with pytest.raises(InvalidBundle, match=r"thumbnails\.safetensors"):
        load_bundle(path, whole=True)


def test_disabled_demonstrations_stay_disabled(path: Path, built: BuiltBank, encoder: EncoderArtifact) -> None:
    bank = built.bank.with_disabled(["demo_1"])
    manifest = replace(_manifest(built, encoder), bank_id=bank.bank_id)
    write_bundle(path, bank, encoder, built.thumbnails, manifest)
    loaded = load_bundle(path)
    assert (loaded.bank.disabled, loaded.bank.bank_id) == (("demo_1",), bank.bank_id)
    assert bank.bank_id != built.bank.bank_id
    _edit_manifest(path, lambda values: values["bank"].update(disabled=[]))
    with pytest.raises(InvalidBundle, match="is bank"):
        load_bundle(path)
    _edit_manifest(path, lambda values: values["bank"].update(disabled=["nobody"]))
    with pytest.raises(InvalidBundle, match="no demonstration 'nobody'"):
        load_bundle(path)
