"""An encoder on disk, as it was trained or exported for another runtime. Needs neither torch nor any runtime.

As trained: one safetensors file with the weights and, as its metadata, how to use them. Exported: the files of the
runtime, and beside them `encoder.json`, which says the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from vinn_training.durable_files import replace_file, write_file
from vinn_training.encoder.spec import CHANNELS as CHANNELS
from vinn_training.encoder.spec import DESCRIPTION_FILE, RUNTIME_FILES
from vinn_training.encoder.spec import EncoderSpec as EncoderSpec
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput

WEIGHTS_FILE = "encoder.safetensors"
#: Key of the weights file's metadata under which the description stands, as JSON.
_DESCRIPTION = "vinn_encoder"
_EXPORTED_NAMES = {DESCRIPTION_FILE, *(name for files in RUNTIME_FILES.values() for name in files)} - {WEIGHTS_FILE}


@dataclass(frozen=True)
class EncoderArtifact:
    """An encoder on disk that was checked.

    Attributes:
        spec: How to use the files.
        weights_path: File that the runtime opens: weights as safetensors, or an exported graph.
        encoder_id: 16 hexadecimal digits over spec and files: embeddings compare only under the same id.
    """

    spec: EncoderSpec
    weights_path: Path
    encoder_id: str

    @property
    def files(self) -> dict[str, Path]:
        """Every file of the encoder: its name within a folder of ours, and where it is."""
        first, *others = self.spec.file_names
        return {first: self.weights_path, **{name: self.weights_path.with_name(name) for name in others}}


class HasEncoder(Protocol):
    """What carries an encoder, for example a bundle."""

    @property
    def encoder(self) -> EncoderArtifact:
        """The encoder."""


def fingerprint(spec: EncoderSpec, weights: Mapping[str, np.ndarray]) -> str:
    """Return the encoder id of these weights (name to array) used as `spec` says; see `read_content`."""
    digest = hashlib.sha256(json.dumps(spec.to_dict(), sort_keys=True).encode())
    for name in sorted(weights):
        array = np.ascontiguousarray(weights[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()[:16]


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a safetensors file, checked to be finite.

    Raises:
        InvalidCheckpoint: If the file is missing, truncated or holds a number that is not finite.
    """
    try:
        weights = dict(load_file(path))
    except (OSError, SafetensorError, ValueError) as error:
        raise InvalidCheckpoint(f"{path}: cannot be read as safetensors (missing or truncated?): {error}") from error
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise InvalidCheckpoint(f"{path}: weight '{name}' holds NaN or infinity; train again")
    return weights


def read_content(spec: EncoderSpec, weights_path: Path) -> dict[str, np.ndarray]:
    """Return what the fingerprint covers: weights by name, or the bytes of an exported encoder's files by name.

    Args:
        spec: How to use the files.
        weights_path: As EncoderArtifact.weights_path.

    Raises:
        InvalidCheckpoint: If a file is missing or truncated, or holds weights that are not finite.
    """
    if not spec.exported:
        return read_weights(weights_path)
    content = {}
    for name in RUNTIME_FILES[spec.runtime]:
        path = weights_path.with_name(name)
        try:
            content[name] = np.fromfile(path, dtype=np.uint8)
        except OSError as error:
            raise InvalidCheckpoint(
                f"{path}: cannot be read ({error.strerror}); expected a file that `vinn export` wrote: export again, "
                "or copy the whole folder"
            ) from error
    return content


def write_encoder(folder: Path | str, spec: EncoderSpec, weights: Mapping[str, np.ndarray]) -> EncoderArtifact:
    """Write an encoder for torch into a folder, atomically: an older one stays whole until the new one is.

    Args:
        folder: Made where missing.
        spec: How to use the weights.
        weights: Name to array, as the backbone names them.

    Raises:
        InvalidInput: If the spec is that of an exported encoder.
    """
    if spec.exported:
        raise InvalidInput(f"runtime is {spec.runtime} for weights of torch; expected torch")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    encoder_id = fingerprint(spec, weights)
    description = json.dumps({**spec.to_dict(), "encoder_id": encoder_id}, sort_keys=True)
    arrays = {name: np.ascontiguousarray(array) for name, array in weights.items()}
    replace_file(folder / WEIGHTS_FILE, save(arrays, metadata={_DESCRIPTION: description}))
    return EncoderArtifact(spec, folder / WEIGHTS_FILE, encoder_id)


def write_exported(folder: Path, spec: EncoderSpec, files: Mapping[str, bytes]) -> EncoderArtifact:
    """Write an exported encoder into an empty folder. Not atomic: for a folder that is renamed later.

    Args:
        folder: There, and empty.
        spec: How to use the files.
        files: Content of the files that the runtime reads, by name.
    """
    encoder_id = fingerprint(spec, {name: np.frombuffer(data, dtype=np.uint8) for name, data in files.items()})
    for name, data in files.items():
        write_file(folder / name, data)
    description = json.dumps({**spec.to_dict(), "encoder_id": encoder_id}, indent=2, sort_keys=True) + "\n"
    write_file(folder / DESCRIPTION_FILE, description.encode())
    return EncoderArtifact(spec, folder / spec.file_names[0], encoder_id)


def load_encoder(path: Path | str) -> EncoderArtifact:
    """Return the encoder that training or export left in a folder (or a file of it).

    Raises:
        InvalidCheckpoint: If a file is missing, truncated, not an encoder of ours, or was changed.
    """
    path = Path(path)
    folder = path if path.is_dir() else path.parent
    exported = (folder / DESCRIPTION_FILE).exists()
    if path.is_dir() and exported and (path / WEIGHTS_FILE).exists():
        raise InvalidCheckpoint(f"{path}: holds {WEIGHTS_FILE} and {DESCRIPTION_FILE}; name the file that is meant")
    if path.name in _EXPORTED_NAMES or (path.is_dir() and exported):
        return _load_exported(folder)
    return _load_trained(path / WEIGHTS_FILE if path.is_dir() else path)


def _load_trained(file: Path) -> EncoderArtifact:
    if not file.exists():
        raise InvalidCheckpoint(f"{file}: missing; expected the encoder that `vinn train` or `vinn export` wrote")
    weights = read_weights(file)
    with safe_open(file, framework="numpy") as stream:
        text = (stream.metadata() or {}).get(_DESCRIPTION)
    if text is None:
        raise InvalidCheckpoint(
            f"{file}: weights without a description of architecture and preprocessing; expected the encoder that "
            "`vinn train` wrote. Foreign weights go through it: vinn train --weights FILE --epochs 0"
        )
    spec, encoder_id = _described(file, text)
    _check_id(file, fingerprint(spec, weights), encoder_id, "train")
    return EncoderArtifact(spec, file, encoder_id)


def _load_exported(folder: Path) -> EncoderArtifact:
    file = folder / DESCRIPTION_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InvalidCheckpoint(f"{file}: cannot be read: {error}; export again, or copy the whole folder") from error
    spec, encoder_id = _described(file, text)
    if not spec.exported:
        raise InvalidCheckpoint(f"{file}: names no runtime; expected what `vinn export` wrote: export again")
    opened = folder / spec.file_names[0]
    _check_id(opened, fingerprint(spec, read_content(spec, opened)), encoder_id, "export")
    return EncoderArtifact(spec, opened, encoder_id)


def _described(file: Path, text: str) -> tuple[EncoderSpec, str]:
    """Return the spec and the encoder id of a description."""
    try:
        values = json.loads(text)
        return EncoderSpec.from_dict(values), str(values.get("encoder_id"))
    except (InvalidInput, ValueError, AttributeError) as error:
        raise InvalidCheckpoint(f"{file}: {error}") from error


def _check_id(file: Path, found: str, described: str, command: str) -> None:
    if found != described:
        raise InvalidCheckpoint(
            f"{file}: fingerprint is {found}, but the description says {described}; it was changed: "
            f"{command} again, or copy it again"
        )
