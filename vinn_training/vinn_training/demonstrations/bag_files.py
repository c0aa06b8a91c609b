"""Which files below a folder are rosbag2 bags, whole or left behind by a recorder that was killed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STORAGE_SUFFIXES = (".mcap", ".db3")
METADATA_FILE = "metadata.yaml"

#: What rosbag2 makes with `--compression-mode file`.
_PACKED_SUFFIX = ".zstd"


@dataclass(frozen=True)
class BagFiles:
    """One bag on disk.

    Attributes:
        name: Its folder's name, or the file's without suffix.
        path: Folder, or the single file.
        files: Storage files in the order of recording; may be empty.
        has_compressed_messages: Whether each message is compressed by itself (zstd).
        problems: What is wrong with the files, one line each.
    """

    name: str
    path: Path
    files: tuple[Path, ...]
    has_compressed_messages: bool = False
    problems: tuple[str, ...] = ()


def holds_bags(root: Path) -> bool:
    """Return whether `root` is a bag or a folder of bags. Looks at names only."""
    if root.is_file():
        return _is_storage(root)
    return root.is_dir() and (_is_bag_folder(root) or any(map(_is_bag_folder, _folders(root))))


def find_bags(root: Path) -> list[BagFiles]:
    """Return the bags at `root`: a storage file, a bag's folder, or a folder of either, by name."""
    if root.is_file():
        return [BagFiles(root.stem, root, (root,))]
    here = _storage_files(root)
    below = [folder for folder in _folders(root) if _is_bag_folder(folder)]
    if (root / METADATA_FILE).exists() or (here and not below and _are_parts_of_one(root, here)):
        return [_bag_in(root)]
    found = [BagFiles(path.stem, path, (path,)) for path in here] + [_bag_in(folder) for folder in below]
    return sorted(found, key=lambda bag: bag.name)


def _bag_in(folder: Path) -> BagFiles:
    """Return the bag of one folder; without (readable) metadata, what lies there."""
    path = folder / METADATA_FILE
    there = tuple(_storage_files(folder))
    if not path.exists():
        return BagFiles(folder.name, folder, there, problems=(f"it has no {METADATA_FILE}: its recorder was killed",))
    information = _read_metadata(path)
    if information is None:
        return BagFiles(folder.name, folder, there, problems=(f"its {METADATA_FILE} cannot be read",))
    # Old versions wrote paths with the bag's own folder in front.
    named = [folder / Path(str(name)).name for name in information.get("relative_file_paths") or ()]
    missing = [file.name for file in named if not file.exists()]
    problems = (f"missing: {', '.join(missing)}",) if missing else ()
    by_message = str(information.get("compression_mode") or "").lower() == "message"
    return BagFiles(folder.name, folder, tuple(f for f in named if f.exists()) or there, by_message, problems)


def _read_metadata(path: Path) -> dict[str, Any] | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return None
    information = content.get("rosbag2_bagfile_information") if isinstance(content, dict) else None
    return information if isinstance(information, dict) else None


def _is_bag_folder(folder: Path) -> bool:
    return bool(_storage_files(folder)) or _is_bag_metadata(folder / METADATA_FILE)


def _is_bag_metadata(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"rosbag2_bagfile_information" in file.read(4096)
    except OSError:
        return False


def _storage_files(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if _is_storage(path) and path.is_file()), key=_natural)


def _is_storage(path: Path) -> bool:
    name = path.name.lower().removesuffix(_PACKED_SUFFIX)
    return name.endswith(STORAGE_SUFFIXES) and not name.startswith(".")


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))


def _are_parts_of_one(folder: Path, files: list[Path]) -> bool:
    """Whether files without metadata are one recording: rosbag2 names its parts FOLDER_0, FOLDER_1 and so on."""
    if len(files) == 1:
        return True
    part = re.compile(re.escape(folder.name) + r"_\d+")
    return all(part.fullmatch(file.name.split(".")[0]) for file in files)


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort key that puts part 10 behind part 9."""
    return [(int(text), "") if text.isdigit() else (0, text) for text in re.split(r"(\d+)", path.name)]
