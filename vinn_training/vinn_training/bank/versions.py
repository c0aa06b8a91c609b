"""Saves a version of a live bank as a bundle: a new one, or in place of the one it came from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from vinn_training.bank.bank import Bank
from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.bundle import MANIFEST_FILE, Bundle, read_manifest, write_bundle
from vinn_training.bank.calibration import DistanceCalibration, calibrate
from vinn_training.bank.faiss_index import FaissIndex
from vinn_training.bank.stored_index import INDEX_FILE
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.bank.trained_search import import_faiss
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidInput


def save_version(path: Path | str, bundle: Bundle, version: BankVersion, command: str = "") -> None:
    """Write a version as a bundle; the bundle that is there is whole until the new one is.

    Where only the disabled demonstrations differ from the bundle that is there, its manifest alone is replaced. A
    trained index is not trained again: added rows are added to it. The yardstick for distances is the version's own,
    so that the bundle decides as the version does; where it has none, `measured_calibration`.

    Args:
        path: The bundle's folder.
        bundle: Where the version's bank was loaded from.
        version: Made of that bundle's bank.
        command: What to write into the manifest; that of `bundle` where empty.

    Raises:
        InvalidBundle: If the bundle's index cannot be used.
        InvalidInput: If the version is of another bank, `path` is there and is no bundle, or it is the bundle that the
            bank was loaded from and was changed since.
        MissingDependency: If the bundle has a trained index and FAISS is not installed.
        OSError: If the disk refuses.
    """
    if version.parts[0] is not bundle.bank.embeddings:
        raise InvalidInput(f"this version is not of the bank in {bundle.path}; expected one made of that bundle's bank")
    manifest = replace(
        bundle.manifest,
        bank_id=version.bank_id,
        rows=len(version),
        demonstrations=len(version.demonstration_names),
        calibration=version.calibration or measured_calibration(bundle, version),
        command=command or bundle.manifest.command,
        disabled=version.disabled,
    )
    path = Path(path)
    added = version.parts[1:]
    is_own = path.absolute() == bundle.path.absolute()
    if is_own and read_manifest(path) != bundle.manifest:
        raise InvalidInput(
            f"{path}: another process has changed it since it was loaded; expected one change at a time: run the "
            "command again"
        )
    if not added and is_own:
        replace_file(path / MANIFEST_FILE, (json.dumps(manifest.to_dict(), indent=2) + "\n").encode())
        return
    trained = None
    if INDEX_FILE in bundle.manifest.checksums:
        import_faiss()
        index = bundle.open_index()
        trained = index.trained if isinstance(index, FaissIndex) else None
    for rows in added:
        trained = trained.extended(rows) if trained else None
    thumbnails = Thumbnails.join(version.thumbnails)
    write_bundle(path, version, bundle.encoder, thumbnails, manifest, trained)


def measured_calibration(bundle: Bundle, version: BankVersion) -> DistanceCalibration:
    """Return the distances between a version's enabled demonstrations, as `calibrate` measures them.

    Those of the bundle where its bank is mapped, for that is so large that a few demonstrations do not change them.

    Args:
        bundle: Where the version's bank was loaded from.
        version: Made of that bundle's bank.
    """
    if isinstance(version.parts[0], np.memmap):
        return bundle.calibration
    bank = Bank(
        np.concatenate(list(version.parts)), version.directions, version.gripper, version.demonstration, version.frame,
        version.demonstration_names, version.encoder_id, version.disabled,
    )  # fmt: skip
    return calibrate(bank)
