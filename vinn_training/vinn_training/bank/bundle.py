"""The bundle: a folder with everything the robot needs, written atomically and checked on load. No pickle."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.manifest import BundleManifest
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.durable_files import sync_folder, write_file
from vinn_training.encoder.artifact import WEIGHTS_FILE, EncoderArtifact, fingerprint, read_weights
from vinn_training.exceptions import InvalidBundle, InvalidCheckpoint, InvalidInput

MANIFEST_FILE = "manifest.json"
BANK_FILE = "bank.safetensors"
THUMBNAILS_FILE = "thumbnails.safetensors"

_BANK_ARRAYS = ("embeddings", "directions", "gripper", "demonstration", "frame")


@dataclass(frozen=True)
class Bundle:
    """A bundle that was checked.

    Attributes:
        path: Its folder.
        manifest: What it says of itself.
        bank: The demonstration frames.
        encoder: The encoder that made the bank; see `encoder.runtime.load_runtime`.
        thumbnails: A small picture of every bank row.
    """

    path: Path
    manifest: BundleManifest
    bank: Bank
    encoder: EncoderArtifact
    thumbnails: Thumbnails

    @property
    def calibration(self) -> DistanceCalibration:
        """Yardstick for distances."""
        return self.manifest.calibration


def write_bundle(
    path: Path | str,
    bank: Bank,
    encoder: EncoderArtifact,
    thumbnails: Thumbnails,
    manifest: BundleManifest,
) -> None:
    """Write a bundle in a folder beside `path`, then rename it into place.

    A bundle that is already there is replaced only once the new one is whole on disk.

    Args:
        path: The bundle's folder.
        bank: Made with `encoder`.
        encoder: The encoder; its weights are copied.
        thumbnails: One a row.
        manifest: What to say; checksums are filled in here.

    Raises:
        InvalidInput: If bank, encoder, thumbnails and manifest do not belong together, or `path` is there and is no
            bundle.
    """
    path = Path(path)
    if not bank.encoder_id == encoder.encoder_id == manifest.encoder_id or bank.bank_id != manifest.bank_id:
        raise InvalidInput(
            f"bank is of encoder {bank.encoder_id}, the encoder is {encoder.encoder_id}, the manifest says "
            f"{manifest.encoder_id}; expected the same: build the bank with this encoder"
        )
    if len(thumbnails) != len(bank):
        raise InvalidInput(f"{len(thumbnails)} thumbnails for {len(bank)} bank rows; expected as many")
    if path.exists() and not (path / MANIFEST_FILE).exists() and (not path.is_dir() or any(path.iterdir())):
        raise InvalidInput(f"{path}: exists and is not a bundle; expected a new folder, or a bundle to replace")
    files = {
        WEIGHTS_FILE: encoder.weights_path.read_bytes(),
        BANK_FILE: _bank_to_bytes(bank),
        THUMBNAILS_FILE: thumbnails.to_bytes(),
    }
    checksums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    text = json.dumps(replace(manifest, checksums=checksums).to_dict(), indent=2) + "\n"
    partial = path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}.partial"
    partial.mkdir(parents=True)
    try:
        for name, data in {**files, MANIFEST_FILE: text.encode()}.items():
            write_file(partial / name, data)
        sync_folder(partial)
        _move_into_place(partial, path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(path.parent)


def load_bundle(path: Path | str) -> Bundle:
    """Return a bundle after checking that its files are whole and belong together.

    Raises:
        InvalidBundle: If a file is missing, truncated or changed, the format is newer, the bank is of another encoder
            or size, or a number is NaN; the message names the file and the reason.
    """
    path = Path(path)
    manifest = _read_manifest(path)
    for name in (WEIGHTS_FILE, BANK_FILE, THUMBNAILS_FILE):
        _check_file(path / name, manifest.checksums.get(name))
    bank = _read_bank(path / BANK_FILE)
    if bank.encoder_id != manifest.encoder_id:
        raise InvalidBundle(
            f"{path / BANK_FILE}: made with encoder {bank.encoder_id}, but this bundle's encoder is "
            f"{manifest.encoder_id}; distances between them mean nothing: build the bank again"
        )
    if bank.embedding_size != manifest.encoder_spec.embedding_size:
        raise InvalidBundle(
            f"{path / BANK_FILE}: embeddings have {bank.embedding_size} numbers, but "
            f"{manifest.encoder_spec.architecture} makes {manifest.encoder_spec.embedding_size}"
        )
    if bank.bank_id != manifest.bank_id:
        raise InvalidBundle(f"{path / BANK_FILE}: is bank {bank.bank_id}, but {MANIFEST_FILE} says {manifest.bank_id}")
    try:
        thumbnails = Thumbnails.read(path / THUMBNAILS_FILE)
    except (OSError, SafetensorError, InvalidInput) as error:
        raise InvalidBundle(f"{path / THUMBNAILS_FILE}: {error}") from error
    if len(thumbnails) != len(bank):
        raise InvalidBundle(f"{path / THUMBNAILS_FILE}: {len(thumbnails)} pictures for {len(bank)} bank rows")
    return Bundle(path, manifest, bank, _read_encoder(path, manifest), thumbnails)


def _read_manifest(path: Path) -> BundleManifest:
    file = path / MANIFEST_FILE
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidBundle(
            f"{file}: cannot be read ({error.strerror}); expected a folder `vinn bank` wrote"
        ) from error
    except ValueError as error:
        raise InvalidBundle(f"{file}: not readable as JSON: {error}") from error
    try:
        return BundleManifest.from_dict(values)
    except InvalidInput as error:
        raise InvalidBundle(f"{file}: {error}") from error


def _check_file(file: Path, expected: str | None) -> None:
    if expected is None:
        raise InvalidBundle(f"{file.parent / MANIFEST_FILE}: has no checksum of {file.name}; build the bundle again")
    try:
        with file.open("rb") as stream:
            actual = hashlib.sha256()
            while block := stream.read(1 << 20):
                actual.update(block)
    except OSError as error:
        raise InvalidBundle(f"{file}: cannot be read: {error.strerror}; copy the whole bundle") from error
    if actual.hexdigest() != expected:
        raise InvalidBundle(
            f"{file}: its {file.stat().st_size} bytes are not those the manifest names (truncated or changed); "
            "copy the bundle again, or build it again"
        )


def _read_bank(file: Path) -> Bank:
    try:
        with safe_open(file, framework="numpy") as stream:
            arrays = {name: stream.get_tensor(name) for name in _BANK_ARRAYS}
            metadata = stream.metadata() or {}
        names = tuple(json.loads(metadata["demonstration_names"]))
        return Bank(**arrays, demonstration_names=names, encoder_id=metadata["encoder_id"])
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise InvalidBundle(f"{file}: cannot be used: {error}") from error


def _read_encoder(path: Path, manifest: BundleManifest) -> EncoderArtifact:
    file = path / WEIGHTS_FILE
    try:
        encoder_id = fingerprint(manifest.encoder_spec, read_weights(file))
    except InvalidCheckpoint as error:
        raise InvalidBundle(str(error)) from error
    if encoder_id != manifest.encoder_id:
        raise InvalidBundle(
            f"{file}: weights and preprocessing are encoder {encoder_id}, but the bank was made with "
            f"{manifest.encoder_id}: build the bundle again"
        )
    return EncoderArtifact(manifest.encoder_spec, file, encoder_id)


def _bank_to_bytes(bank: Bank) -> bytes:
    metadata = {"demonstration_names": json.dumps(bank.demonstration_names), "encoder_id": bank.encoder_id}
    arrays: dict[str, np.ndarray] = {name: getattr(bank, name) for name in _BANK_ARRAYS}
    return save(arrays, metadata=metadata)


def _move_into_place(partial: Path, path: Path) -> None:
    """Rename `partial` to `path`; what was there is removed only afterwards, and put back if that fails."""
    if not path.exists():
        os.rename(partial, path)
        return
    old = path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}.old"
    os.rename(path, old)
    try:
        os.rename(partial, path)
    except BaseException:
        os.rename(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)
