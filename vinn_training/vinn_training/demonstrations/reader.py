"""The one way to open demonstrations of any format: `open_dataset`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Protocol, cast

from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.exceptions import InvalidDemonstration, MissingDependency


class _Format(Protocol):
    """What a module of a format offers."""

    def recognises(self, root: Path) -> bool:
        """Return whether `root` is of this format; must be cheap and need no package beyond NumPy's."""

    def read(self, root: Path, options: ReaderOptions) -> Dataset:
        """Return its demonstrations."""


#: Asked in this order; imported only when asked. The VINN layout is last: any folder of folders could be one.
FORMATS = {
    "vinn": "vinn_training.demonstrations.vinn_layout",
}


def open_dataset(root: Path | str, options: ReaderOptions | None = None) -> Dataset:
    """Return the demonstrations of a data set; labels are read and checked now, images on demand.

    Args:
        root: Folder or file, in one of FORMATS.
        options: Choices that some formats leave.

    Raises:
        InvalidDemonstration: If it is no data set, or something in it cannot be used; the message names the file.
        MissingDependency: If the format needs a package that is not installed.
    """
    root = Path(root)
    if not root.exists():
        raise InvalidDemonstration(f"{root}: no such file or folder; expected a data set")
    for name, module in FORMATS.items():
        reader = cast(_Format, importlib.import_module(module))
        if reader.recognises(root):
            try:
                return reader.read(root, options or ReaderOptions())
            except ModuleNotFoundError as error:
                raise MissingDependency(
                    f"{root} is in the {name} format, which needs the package '{error.name}'; "
                    "install it with: pip install 'vinn_training[formats]'"
                ) from error
    raise InvalidDemonstration(f"{root}: no data set in a known format; expected one of: {', '.join(FORMATS)}")
