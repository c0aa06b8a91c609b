"""The bags at a path."""

from __future__ import annotations

from pathlib import Path

from vinn_training.demonstrations.bag_files import BagFiles, find_bags, holds_bags
from vinn_training.exceptions import InvalidInput


def bags_at(path: Path) -> list[BagFiles]:
    """Return the bags at a path, one or more: a bag's folder, its storage file, or a folder of either.

    Raises:
        InvalidInput: If it is no bag.
    """
    if not path.exists():
        raise InvalidInput(f"{path}: no such file or folder; expected a bag's folder, or its .mcap or .db3 file")
    if not holds_bags(path):
        raise InvalidInput(f"{path}: no bag; expected a folder with .mcap or .db3 files and metadata.yaml")
    return find_bags(path)


def only_bag(path: Path) -> BagFiles:
    """Return the bag at a path: a bag's folder, its storage file, or a folder with one bag in it.

    Raises:
        InvalidInput: If it is no bag, or more than one.
    """
    found = bags_at(path)
    if len(found) != 1:
        raise InvalidInput(
            f"{path}: holds {len(found)} bags; give one of them: {', '.join(str(bag.path) for bag in found)}"
        )
    return found[0]
