"""`vinn bank-edit`: demonstrations are added to a bundle, disabled and enabled, and the bundle is checked."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.build import build_bank
from vinn_training.bank.bundle import Bundle, load_bundle
from vinn_training.bank.live_bank import LiveBank, check_new
from vinn_training.bank.versions import save_version
from vinn_training.cli.console import progress_bar
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class AddConfig:
    """What `vinn bank-edit add` takes.

    Attributes:
        bundle: The bundle; it is replaced once the new one is whole.
        dataset: Demonstrations to add, in any format that `vinn data info` reads; their names must be new.
        batch_size: Images encoded at once.
        threads: Of the encoder; 0 leaves the choice to its library.
        reader: Choices that some formats leave.
    """

    bundle: tyro.conf.Positional[Path]
    dataset: tyro.conf.Positional[Path]
    batch_size: int = 64
    threads: int = 0
    reader: ReaderOptions = field(default_factory=ReaderOptions)


@dataclass(frozen=True)
class DisableConfig:
    """What `vinn bank-edit disable` takes.

    Attributes:
        bundle: The bundle.
        names: Demonstrations whose frames the robot is not to be reminded of.
    """

    bundle: tyro.conf.Positional[Path]
    names: tyro.conf.Positional[tuple[str, ...]]


@dataclass(frozen=True)
class EnableConfig:
    """What `vinn bank-edit enable` takes.

    Attributes:
        bundle: The bundle.
        names: Disabled demonstrations that are to be used again.
    """

    bundle: tyro.conf.Positional[Path]
    names: tyro.conf.Positional[tuple[str, ...]]


@dataclass(frozen=True)
class CheckConfig:
    """What `vinn bank-edit check` takes.

    Attributes:
        bundle: The bundle; every byte of it is read.
    """

    bundle: tyro.conf.Positional[Path]


EditConfig = (
    Annotated[AddConfig, tyro.conf.subcommand("add", description="Embed demonstrations and add them to a bundle.")]
    | Annotated[DisableConfig, tyro.conf.subcommand("disable", description="Use demonstrations no longer.")]
    | Annotated[EnableConfig, tyro.conf.subcommand("enable", description="Use disabled demonstrations again.")]
    | Annotated[CheckConfig, tyro.conf.subcommand("check", description="Read every byte of a bundle and check it.")]
)


def run(config: EditConfig) -> int:
    """Run the command that was chosen and return its exit status; after a mistake the bundle is as it was.

    Raises:
        VinnError: If bundle, demonstrations or a name cannot be used.
    """
    if isinstance(config, AddConfig):
        return _add(config)
    if isinstance(config, DisableConfig):
        return _change(config.bundle, config.names, lambda live, name: live.disable(name))
    if isinstance(config, EnableConfig):
        return _change(config.bundle, config.names, lambda live, name: live.enable(name))
    bundle = load_bundle(config.bundle, whole=True)
    print(f"bundle {bundle.path}: whole, bank {bundle.bank.bank_id} of {len(bundle.bank)} frames")
    return 0


def _add(config: AddConfig) -> int:
    bundle = load_bundle(config.bundle)
    demonstrations = open_dataset(config.dataset, config.reader).demonstrations
    live = LiveBank(bundle.bank, bundle.thumbnails)
    check_new(live.current, [item.name for item in demonstrations])
    runtime = load_runtime(bundle, threads=config.threads)
    with progress_bar("embedding frames") as report:
        built = build_bank(demonstrations, runtime, config.batch_size, lambda done, total: report(done, total, ""))
    version = live.add(built)
    _save(config.bundle, bundle, version)
    return 0


def _change(path: Path, names: tuple[str, ...], change: Callable[[LiveBank, str], BankVersion]) -> int:
    if not names:
        raise InvalidInput("no demonstration is named; expected one or more names after the bundle")
    bundle = load_bundle(path)
    live = LiveBank(bundle.bank, bundle.thumbnails)
    version = live.current
    for name in names:
        version = change(live, name)
    _save(path, bundle, version)
    return 0


def _save(path: Path, bundle: Bundle, version: BankVersion) -> None:
    try:
        save_version(path, bundle, version, shlex.join(["vinn", *sys.argv[1:]]))
    except OSError as error:
        raise InvalidInput(
            f"{error.filename or path}: {error.strerror or error}; the bundle is as it was: look at free space and "
            "permissions"
        ) from error
    disabled = f", disabled: {', '.join(version.disabled)}" if version.disabled else ""
    print(
        f"bundle {path}: bank {version.bank_id} (was {bundle.bank.bank_id}), "
        f"{version.used} of {len(version)} frames used, {len(version.demonstration_names)} demonstrations{disabled}"
    )
