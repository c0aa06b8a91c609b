"""What `labels.json` has no room for: `demonstration.json` beside it, with the checksums of everything else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vinn_training.exceptions import InvalidDemonstration, InvalidInput

DEMONSTRATION_FILE = "demonstration.json"
VERSION = 1


@dataclass(frozen=True)
class DemonstrationInfo:
    """The sidecar of one demonstration in the VINN layout; the original's data has none.

    Attributes:
        source: Where it comes from, for people: a video, a bag, another data set.
        times_s: T times at which the images were taken, or None.
        lengths: T raw lengths of the translations, in the data set's `length_unit`, or None.
        checksums: File name within the demonstration's folder to sha256, 64 hexadecimal digits.
        rotations_known: Whether the rotations in the labels mean something; the door layout has zeros where they are
            not known. Files that do not say mean that they are.
    """

    source: str = ""
    times_s: tuple[float, ...] | None = None
    lengths: tuple[float, ...] | None = None
    checksums: Mapping[str, str] = field(default_factory=dict)
    rotations_known: bool = True

    def to_json(self) -> bytes:
        """Return the content of `demonstration.json`."""
        return json.dumps({"version": VERSION, **asdict(self)}).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> DemonstrationInfo:
        """Return what `to_json` wrote.

        Raises:
            InvalidInput: If it is something else, or of a newer version.
        """
        try:
            values: Any = json.loads(data)
        except ValueError as error:
            raise InvalidInput(f"not readable as JSON: {error}") from error
        if not isinstance(values, dict) or values.get("version") != VERSION:
            version = values.get("version") if isinstance(values, dict) else None
            raise InvalidInput(f"version is {version!r}; this program reads {VERSION}")
        try:
            return cls(
                source=str(values["source"]),
                times_s=_numbers(values["times_s"]),
                lengths=_numbers(values["lengths"]),
                checksums={str(name): str(digest) for name, digest in values["checksums"].items()},
                rotations_known=bool(values.get("rotations_known", True)),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"lacks or misspells {error}") from error


def read_demonstration_info(folder: Path) -> DemonstrationInfo:
    """Return a demonstration's sidecar, an empty one where the file is absent.

    Raises:
        InvalidDemonstration: If the file cannot be read or used; the message names it.
    """
    path = folder / DEMONSTRATION_FILE
    if not path.exists():
        return DemonstrationInfo()
    try:
        return DemonstrationInfo.from_json(path.read_bytes())
    except (OSError, InvalidInput) as error:
        raise InvalidDemonstration(f"{path}: {error}") from error


def checksum(data: bytes) -> str:
    """Return the sha256 of a file's content, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _numbers(values: Any) -> tuple[float, ...] | None:
    return None if values is None else tuple(float(value) for value in values)
