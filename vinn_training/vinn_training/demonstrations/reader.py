"""The one way to open demonstrations of any format: `open_dataset`."""

from __future__ import annotations

import importlib
import logging
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.split_file import read_split, split_path
from vinn_training.exceptions import InvalidDemonstration, InvalidInput, MissingDependency

_LOG = logging.getLogger(__name__)


class _Format(Protocol):
    """What a module of a format offers.

    It may also have `read_usable`, with the signature of `read`, where `read` refuses all of a data set for one
    episode; a `read` that puts such episodes into `Dataset.rejected` needs none.
    """

    def recognises(self, root: Path) -> bool:
        """Return whether `root` is of this format; must be cheap and need no package beyond NumPy's."""

    def read(self, root: Path, options: ReaderOptions) -> Dataset:
        """Return its demonstrations."""


#: Asked in this order; imported only when asked. The VINN layout is last: any folder of folders could be one.
FORMATS = {
    "lerobot": "vinn_training.demonstrations.lerobot",
    "dobbe": "vinn_training.demonstrations.dobbe",
    "robomimic": "vinn_training.demonstrations.robomimic",
    "rosbag2": "vinn_training.demonstrations.rosbag2",
    "vinn": "vinn_training.demonstrations.vinn_layout",
}


def open_dataset(root: Path | str, options: ReaderOptions | None = None) -> Dataset:
    """Return the demonstrations of a data set; labels are read and checked now, images on demand.

    Episodes that the format's reader set aside are named in the log.

    Args:
        root: Folder or file, in one of FORMATS.
        options: What to read, and choices that some formats leave.

    Raises:
        InvalidDemonstration: If it is no data set, something in it cannot be used, or nothing is left of it; the
            message names the file.
        MissingDependency: If the format needs a package that is not installed.
    """
    dataset = _read(Path(root), options or ReaderOptions(), tolerant=False)
    for name, reason in dataset.rejected.items():
        _LOG.warning("%s: %s is left out: %s", dataset.root, name, reason)
    if not dataset.demonstrations:
        raise InvalidDemonstration(
            next(iter(dataset.rejected.values()), f"{dataset.root}: holds no demonstrations; expected at least one")
        )
    return dataset


def open_usable(root: Path | str, options: ReaderOptions | None = None) -> Dataset:
    """Return what can be used of a data set; one bad episode, or all of them, is no reason to stop.

    Args:
        root: Folder or file, in one of FORMATS.
        options: What to read, and choices that some formats leave.

    Returns:
        Possibly without demonstrations; `rejected` says what is wrong with each that is left out.

    Raises:
        InvalidDemonstration: If it is no data set, or no episode of it can even be told apart.
        MissingDependency: If the format needs a package that is not installed.
    """
    return _read(Path(root), options or ReaderOptions(), tolerant=True)


def _read(root: Path, options: ReaderOptions, tolerant: bool) -> Dataset:
    if not root.exists():
        raise InvalidDemonstration(f"{root}: no such file or folder; expected a data set")
    for name, module in FORMATS.items():
        reader = cast(_Format, importlib.import_module(module))
        if reader.recognises(root):
            read = getattr(reader, "read_usable", reader.read) if tolerant else reader.read
            try:
                return _one_side(read(root, options), options)
            except ModuleNotFoundError as error:
                raise MissingDependency(
                    f"{root} is in the {name} format, which needs the package '{error.name}'; "
                    "install it with: pip install 'vinn_training[formats]'"
                ) from error
    raise InvalidDemonstration(f"{root}: no data set in a known format; expected one of: {', '.join(FORMATS)}")


def _one_side(dataset: Dataset, options: ReaderOptions) -> Dataset:
    """Return the demonstrations that the options ask for.

    Raises:
        InvalidDemonstration: If the file with the split is missing or does not match the data set.
    """
    if options.split == "all":
        return dataset
    path = split_path(dataset.root)
    split = read_split(path)
    try:
        split.check_covers([item.name for item in dataset.demonstrations], dataset.rejected)
    except InvalidInput as error:
        raise InvalidDemonstration(f"{path}: {error}") from error
    names = set(split.training if options.split == "training" else split.test)
    return replace(
        dataset,
        demonstrations=tuple(item for item in dataset.demonstrations if item.name in names),
        rejected={name: reason for name, reason in dataset.rejected.items() if name in names},
        meaning={**dataset.meaning, "split": options.split},
    )
