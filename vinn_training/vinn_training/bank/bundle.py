"""The bundle: a folder with everything the robot needs, written atomically and checked on load. No pickle."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from vinn_training.bank.bank import Bank
from vinn_training.bank.bank_file import check_embeddings, read_bank_file, write_bank_file
from vinn_training.bank.bank_view import BankView
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.index import Index
from vinn_training.bank.manifest import BundleManifest
from vinn_training.bank.mapped_file import is_large
from vinn_training.bank.stored_index import INDEX_FILE, SETTINGS_FILE, has_index, open_index, read_settings, write_index
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.bank.trained_search import TrainedSearch
from vinn_training.durable_files import check_replaceable, replaced_folder, write_file
from vinn_training.encoder.artifact import EncoderArtifact, fingerprint, read_content
from vinn_training.exceptions import InvalidBundle, InvalidCheckpoint, InvalidInput

MANIFEST_FILE = "manifest.json"
BANK_FILE = "bank.safetensors"
THUMBNAILS_FILE = "thumbnails.safetensors"


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

    def open_index(self) -> Index:
        """Return the search over the bank's rows: the bundle's own, or exact where it has none.

        Where FAISS is not installed and the bank is small enough, search is exact and a warning says so.

        Raises:
            InvalidBundle: If the index is truncated, changed, or of another bank.
            MissingDependency: If FAISS is not installed and the bank is too large for exact search.
        """
        if has_index(self.path) or INDEX_FILE in self.manifest.checksums:
            _check_file(self.path / INDEX_FILE, self.manifest.checksums.get(INDEX_FILE))
        try:
            return open_index(self.path, self.bank)
        except (OSError, InvalidInput) as error:
            raise InvalidBundle(str(error)) from error


def check_bundle_place(path: Path) -> None:
    """Refuse a place that holds anything but a bundle, before any work is done.

    Raises:
        InvalidInput: If so.
    """
    check_replaceable(path, MANIFEST_FILE, "a bundle")


def write_bundle(
    path: Path | str,
    bank: BankView,
    encoder: EncoderArtifact,
    thumbnails: Thumbnails,
    manifest: BundleManifest,
    index: TrainedSearch | None = None,
) -> None:
    """Write a bundle in a folder beside `path`, then rename it into place.

    A bundle that is already there is replaced only once the new one is whole on disk.

    Args:
        path: The bundle's folder.
        bank: Made with `encoder`.
        encoder: The encoder; its files are copied.
        thumbnails: One a row.
        manifest: What to say; checksums and disabled demonstrations are filled in here.
        index: Trained on the bank's rows; None: search is exact.

    Raises:
        InvalidInput: If bank, encoder, thumbnails, manifest and index do not belong together, or `path` is there and
            is no bundle.
    """
    path = Path(path)
    if not bank.encoder_id == encoder.encoder_id == manifest.encoder_id or bank.bank_id != manifest.bank_id:
        raise InvalidInput(
            f"bank is of encoder {bank.encoder_id}, the encoder is {encoder.encoder_id}, the manifest says "
            f"{manifest.encoder_id}; expected the same: build the bank with this encoder"
        )
    if len(thumbnails) != len(bank):
        raise InvalidInput(f"{len(thumbnails)} thumbnails for {len(bank)} bank rows; expected as many")
    check_bundle_place(path)
    if index is not None and len(index) != len(bank):
        raise InvalidInput(f"the index is of {len(index)} rows, the bank has {len(bank)}; build the index again")
    files = {
        **{name: file.read_bytes() for name, file in encoder.files.items()},
        THUMBNAILS_FILE: thumbnails.to_bytes(),
    }
    with replaced_folder(path) as partial:
        for name, data in files.items():
            write_file(partial / name, data)
        write_bank_file(partial / BANK_FILE, bank)
        if index is not None:
            write_index(partial, index, bank.rows_id)
        checksums = {file.name: _sha256(file) for file in sorted(partial.iterdir())}
        text = json.dumps(replace(manifest, checksums=checksums, disabled=bank.disabled).to_dict(), indent=2) + "\n"
        write_file(partial / MANIFEST_FILE, text.encode())


def load_bundle(path: Path | str, whole: bool = False) -> Bundle:
    """Return a bundle after checking that its files are whole and belong together.

    Bank and thumbnails of 512 MiB or more are mapped, not read: of these, size, header, labels and a few blocks of
    embeddings are checked.

    Args:
        path: The bundle's folder.
        whole: Read and check every byte, however large the files are, those of the index too.

    Raises:
        InvalidBundle: If a file is missing, truncated or changed, the format is newer, the bank is of another encoder
            or size, or a number is NaN; the message names the file and the reason.
    """
    path = Path(path)
    manifest = read_manifest(path)
    for name in (*manifest.encoder_spec.file_names, BANK_FILE, THUMBNAILS_FILE):
        _check_file(path / name, manifest.checksums.get(name), whole or name not in (BANK_FILE, THUMBNAILS_FILE))
    bank = _read_bank(path / BANK_FILE, manifest.disabled, whole)
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
    except (OSError, InvalidInput) as error:
        raise InvalidBundle(f"{path / THUMBNAILS_FILE}: {error}") from error
    if len(thumbnails) != len(bank):
        raise InvalidBundle(f"{path / THUMBNAILS_FILE}: {len(thumbnails)} pictures for {len(bank)} bank rows")
    bundle = Bundle(path, manifest, bank, _read_encoder(path, manifest), thumbnails)
    _check_index(bundle, whole)
    return bundle


def read_manifest(path: Path) -> BundleManifest:
    """Return what a bundle says of itself; its other files are not looked at.

    Raises:
        InvalidBundle: If it is missing or cannot be used; the message names the file.
    """
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


def _check_file(file: Path, expected: str | None, whole: bool = True) -> None:
    """Compare a file with its checksum; a large one only if `whole`."""
    if expected is None:
        raise InvalidBundle(f"{file.parent / MANIFEST_FILE}: has no checksum of {file.name}; build the bundle again")
    try:
        if not whole and is_large(file):
            return
        actual = _sha256(file)
    except OSError as error:
        raise InvalidBundle(f"{file}: cannot be read: {error.strerror}; copy the whole bundle") from error
    if actual != expected:
        raise InvalidBundle(
            f"{file}: its {file.stat().st_size} bytes are not those the manifest names (truncated or changed); "
            "copy the bundle again, or build it again"
        )


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _read_bank(file: Path, disabled: tuple[str, ...], whole: bool) -> Bank:
    try:
        bank = read_bank_file(file, disabled)
        if whole:
            check_embeddings(bank)
    except (OSError, InvalidInput) as error:
        raise InvalidBundle(f"{file}: cannot be used: {error}") from error
    return bank


def _check_index(bundle: Bundle, whole: bool) -> None:
    """Refuse an index of another bank; its large file is checked when it is opened, or if `whole`."""
    if not has_index(bundle.path) and INDEX_FILE not in bundle.manifest.checksums:
        return
    _check_file(bundle.path / SETTINGS_FILE, bundle.manifest.checksums.get(SETTINGS_FILE))
    try:
        read_settings(bundle.path, bundle.bank)
    except (OSError, InvalidInput) as error:
        raise InvalidBundle(str(error)) from error
    if whole:
        bundle.open_index()


def _read_encoder(path: Path, manifest: BundleManifest) -> EncoderArtifact:
    file = path / manifest.encoder_spec.file_names[0]
    try:
        encoder_id = fingerprint(manifest.encoder_spec, read_content(manifest.encoder_spec, file))
    except InvalidCheckpoint as error:
        raise InvalidBundle(str(error)) from error
    if encoder_id != manifest.encoder_id:
        raise InvalidBundle(
            f"{file}: weights (or graph) and preprocessing are encoder {encoder_id}, but the bank was made with "
            f"{manifest.encoder_id}: build the bundle again"
        )
    return EncoderArtifact(manifest.encoder_spec, file, encoder_id)
