"""The slow part of changing a bank: embedding a demonstration, and writing a bundle. No ROS; runs in any process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from vinn_training.bank.bank_file import read_bank_file, write_bank_file
from vinn_training.bank.build import BuiltBank, build_bank
from vinn_training.bank.bundle import THUMBNAILS_FILE, load_bundle
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.live_bank import LiveBank, check_new
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.bank.versions import measured_calibration, save_version
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.reader import open_usable
from vinn_training.durable_files import replaced_folder, write_file
from vinn_training.encoder.runtime import EncoderRuntime, load_runtime
from vinn_training.exceptions import InvalidBundle, InvalidInput

_ROWS_FILE = "rows.safetensors"
#: Few images at once: one batch is what the robot's own encoder may have to wait for.
_BATCH_SIZE = 16
#: Names in a message.
_NAMED = 10


@dataclass(frozen=True)
class Recipe:
    """How a version of a bank is made of the bundle, so that another process can have the same.

    Attributes:
        added: Folders that `BankWork.add` wrote, in the order in which they were added.
        disabled: All demonstrations that are not answered.
        calibration: Yardstick for its distances.
    """

    added: tuple[Path, ...]
    disabled: tuple[str, ...]
    calibration: DistanceCalibration

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` is the inverse."""
        return {
            "added": [str(folder) for folder in self.added],
            "disabled": list(self.disabled),
            "calibration": self.calibration.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        """Return what `to_dict` described."""
        return cls(
            tuple(Path(folder) for folder in values["added"]),
            tuple(values["disabled"]),
            DistanceCalibration.from_dict(values["calibration"]),
        )


class Worker(Protocol):
    """Who does the slow part: `BankWork` in this process, or one in another."""

    def add(self, recipe: Recipe, source: Path, name: str, folder: Path) -> DistanceCalibration:
        """As `BankWork.add`."""

    def save(self, recipe: Recipe, target: Path, command: str) -> str:
        """As `BankWork.save`."""

    def close(self) -> None:
        """End; what is under way is given up."""


class BankWork:
    """Embeds and saves for versions of one bundle's bank.

    Args:
        bundle: The bundle's folder.
        bank_id: Of the bank that was loaded from it.

    Raises:
        InvalidBundle: If it cannot be used, or holds another bank.
    """

    def __init__(self, bundle: Path, bank_id: str) -> None:
        self._bundle = load_bundle(bundle)
        if self._bundle.bank.bank_id != bank_id:
            raise InvalidBundle(
                f"{bundle} has changed since the policy loaded it: it holds bank {self._bundle.bank.bank_id}, the "
                f"policy began with {bank_id}; put it back, or clean up and configure the policy to load the new one"
            )

    @cached_property
    def _runtime(self) -> EncoderRuntime:
        # One thread: the others belong to the encoder that drives the robot.
        return load_runtime(self._bundle, threads=1)

    def add(self, recipe: Recipe, source: Path, name: str, folder: Path) -> DistanceCalibration:
        """Embed a demonstration and write its rows into a new folder, for `read_built`.

        Args:
            recipe: Of the version that it is to be added to.
            source: A bag or data set, as `vinn data info` reads it.
            name: Of the demonstration there; may be empty where there is one.
            folder: To make.

        Returns:
            Yardstick for the distances of the version with it.

        Raises:
            VinnError: If there is no such demonstration, or it cannot be used.
            OSError: If the disk refuses.
        """
        live = self._live(recipe)
        demonstration = _find(source, name)
        check_new(live.current, [demonstration.name])
        built = build_bank([demonstration], self._runtime, _BATCH_SIZE)
        write_built(folder, built)
        return measured_calibration(self._bundle, live.add(built))

    def save(self, recipe: Recipe, target: Path, command: str) -> str:
        """Write a version as a bundle and return its bank id.

        Args:
            recipe: Of the version.
            target: A folder that does not exist.
            command: What its manifest says made it.

        Raises:
            VinnError: If the version cannot be made again.
            OSError: If the disk refuses; nothing is left of the new bundle then.
        """
        version = self._live(recipe).current
        save_version(target, self._bundle, version, command)
        return version.bank_id

    def close(self) -> None:
        """Nothing is held that needs an end."""

    def _live(self, recipe: Recipe) -> LiveBank:
        bundle = self._bundle
        live = LiveBank(bundle.bank, bundle.thumbnails, calibration=recipe.calibration)
        for folder in recipe.added:
            live.add(read_built(folder))
        live.set_disabled(recipe.disabled)
        return live


def write_built(folder: Path, built: BuiltBank) -> None:
    """Write embedded demonstrations into a new folder.

    Raises:
        OSError: If the disk refuses; the folder is not there then.
    """
    with replaced_folder(folder) as partial:
        write_bank_file(partial / _ROWS_FILE, built.bank)
        write_file(partial / THUMBNAILS_FILE, built.thumbnails.to_bytes())


def read_built(folder: Path) -> BuiltBank:
    """Return what `write_built` wrote.

    Raises:
        OSError: If a file cannot be read.
        InvalidInput: If one is not what was written.
    """
    return BuiltBank(read_bank_file(folder / _ROWS_FILE), Thumbnails.read(folder / THUMBNAILS_FILE))


def _find(source: Path, name: str) -> Demonstration:
    dataset = open_usable(source)
    found = {item.name: item for item in dataset.demonstrations}
    if name in dataset.rejected:
        raise InvalidInput(f"demonstration '{name}' cannot be used: {dataset.rejected[name]}")
    if name and name not in found:
        raise InvalidInput(f"{source} holds no demonstration '{name}'; it has: {_named(found) or 'none'}")
    if not name and len(found) + len(dataset.rejected) != 1:
        raise InvalidInput(
            f"{source} holds {len(found)} demonstrations; expected the name of one of them: {_named(found) or 'none'}"
        )
    if not found:
        raise InvalidInput(next(iter(dataset.rejected.values())))
    return found[name] if name else next(iter(found.values()))


def _named(names: dict[str, Demonstration]) -> str:
    more = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(list(names)[:_NAMED]) + more
