"""Every fault of the files of one demonstration in the VINN layout, where a reader stops at the first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from vinn_training.contracts import REST_NORM
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.demonstration_info import checksum, read_demonstration_info
from vinn_training.demonstrations.findings import Findings
from vinn_training.demonstrations.images import read_image
from vinn_training.demonstrations.labels import LABELS_FILE, UNIT_TOLERANCE
from vinn_training.exceptions import InvalidDemonstration, InvalidInput


def check_checksums(folder: Path, findings: Findings) -> None:
    """Note the files that differ from what `demonstration.json` says, or that it names and that are gone.

    Images that are gone are left to `check_rejected`, which knows of them from the labels.
    """
    try:
        expected = read_demonstration_info(folder).checksums
    except InvalidDemonstration:
        return  # why the demonstration is rejected
    for name, digest in expected.items():
        path = folder / name
        try:
            found = checksum(path.read_bytes())
        except FileNotFoundError:
            if path.parent == folder:
                findings.add("checksum", folder.name, name, "the file is missing")
            continue
        except OSError as error:
            findings.add("checksum", folder.name, name, f"the file cannot be read: {error.strerror or error}")
            continue
        if found != digest:
            findings.add("checksum", folder.name, name, f"sha256 is {found[:12]}..., expected {digest[:12]}...")


def check_rejected(folder: Path, info: DatasetInfo, reason: str, findings: Findings) -> int:
    """Note everything that is wrong with a demonstration that the reader refused.

    Args:
        folder: The demonstration's.
        info: Meaning of the data set's numbers.
        reason: What the reader said; noted where nothing more exact is found.
        findings: Takes the notes.

    Returns:
        Number of images that were read.
    """
    before = sum(findings.counts.values())
    labels = _labels(folder)
    images = folder / info.images_folder
    present = {path.name for path in images.iterdir()} if images.is_dir() else set()
    for name, label in labels.items():
        fault = _label_fault(label, info)
        if fault:
            findings.add("bad-label", folder.name, name, fault)
        if name not in present:
            findings.add("missing-image", folder.name, name)
    readable = [name for name in labels if name in present]
    for name in readable:
        try:
            read_image(images / name)
        except InvalidDemonstration as error:
            findings.add("corrupt-image", folder.name, name, str(error).removeprefix(f"{images / name}: "))
    if sum(findings.counts.values()) == before:
        findings.add("unusable", folder.name, detail=reason)
    return len(readable)


def _labels(folder: Path) -> dict[str, Any]:
    """Return the content of labels.json as it stands, or nothing where it is no such file."""
    try:
        labels = json.loads((folder / LABELS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return labels if isinstance(labels, dict) else {}


def _label_fault(label: Any, info: DatasetInfo) -> str:
    """Return what is wrong with one frame's label, or an empty text."""
    count = 3 if info.layout == "push" else 7
    values = label[0] if info.layout == "push" and isinstance(label, list) and label else label
    if (
        not isinstance(values, list)
        or len(values) != count
        or not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    ):
        return f"{label!r} is not {count} numbers"
    if not np.isfinite(values).all():
        return f"{values} is not finite"
    norm = float(np.linalg.norm(values[:3]))
    if norm > REST_NORM and abs(norm - 1.0) > UNIT_TOLERANCE:
        return f"translation has length {norm:.4g}, expected 1, or 0 at rest"
    if info.layout == "door":
        try:
            info.gripper.to_opening(float(values[6]))
        except InvalidInput as error:
            return str(error)
    return ""
