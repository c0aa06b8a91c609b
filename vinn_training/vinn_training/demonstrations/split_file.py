"""Which demonstrations are to learn from and which to test on: `splits.json` in a data set's folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

SPLIT_FILE = "splits.json"
VERSION = 1


@dataclass(frozen=True)
class SplitNames:
    """A split by demonstration.

    Attributes:
        training: Names of the demonstrations to learn from.
        test: Names of those to test on.
        seed: Of the draw; None where the split came with the data.
        test_fraction: Share that was asked for; None where the split came with the data.

    Raises:
        InvalidInput: If a side is empty, or a name stands on both sides or twice on one.
    """

    training: tuple[str, ...]
    test: tuple[str, ...]
    seed: int | None = None
    test_fraction: float | None = None

    def __post_init__(self) -> None:
        names = [*self.training, *self.test]
        if not self.training or not self.test:
            raise InvalidInput(
                f"split has {len(self.training)} demonstrations to learn from and {len(self.test)} to test on; "
                "expected at least one each"
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidInput(f"split names {twice[0]} more than once; expected every demonstration on one side only")

    def to_json(self) -> bytes:
        """Return the content of `splits.json`."""
        return json.dumps({"version": VERSION, **asdict(self)}, indent=2).encode() + b"\n"

    @classmethod
    def from_dict(cls, values: Any) -> SplitNames:
        """Return what `to_json` wrote.

        Raises:
            InvalidInput: If it is something else, or of a newer version.
        """
        if not isinstance(values, Mapping) or values.get("version") != VERSION:
            version = values.get("version") if isinstance(values, Mapping) else None
            raise InvalidInput(f"version is {version!r}; this program reads {VERSION}")
        sides = {side: values.get(side) for side in ("training", "test")}
        for side, names in sides.items():
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise InvalidInput(f"{side} is {names!r}; expected a list of names of demonstrations")
        seed, fraction = values.get("seed"), values.get("test_fraction")
        if not (seed is None or isinstance(seed, int)) or not (fraction is None or isinstance(fraction, (int, float))):
            raise InvalidInput(f"seed is {seed!r} and test_fraction {fraction!r}; expected numbers, or null")
        return cls(tuple(sides["training"]), tuple(sides["test"]), seed, fraction)  # type: ignore[arg-type]

    def check_covers(self, usable: Collection[str], rejected: Collection[str] = ()) -> None:
        """Refuse a split of other data than this.

        Args:
            usable: Names of the data set's demonstrations; each must be in the split.
            rejected: Names of those that could not be read; they may be in it.

        Raises:
            InvalidInput: If a demonstration is in no side, or a name is of no demonstration.
        """
        named = {*self.training, *self.test}
        unassigned = sorted(set(usable) - named)
        gone = sorted(named - set(usable) - set(rejected))
        if unassigned or gone:
            parts = [
                f"{len(names)} {what} (first: {names[0]})"
                for names, what in ((unassigned, "on neither side"), (gone, "named but not there"))
                if names
            ]
            raise InvalidInput(
                f"does not match the data set any more: {' and '.join(parts)}; split again with `vinn data split`"
            )


def split_path(root: Path) -> Path:
    """Return where a data set's split stands: in its folder, or beside it where the data set is one file."""
    return root / SPLIT_FILE if root.is_dir() else root.with_name(f"{root.name}.{SPLIT_FILE}")


def read_split(path: Path) -> SplitNames:
    """Return the split in a file.

    Raises:
        InvalidDemonstration: If it is missing or cannot be used; the message names it.
    """
    try:
        return SplitNames.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise InvalidDemonstration(f"{path}: no such file; make it with `vinn data split`") from error
    except (OSError, ValueError) as error:
        raise InvalidDemonstration(f"{path}: {error}") from error


def write_split(path: Path, split: SplitNames) -> None:
    """Write a split atomically, replacing what is there.

    Raises:
        InvalidInput: If the file cannot be written; the message names it.
    """
    try:
        replace_file(path, split.to_json())
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written: {error.strerror or error}") from error
