"""What `vinn data validate` can find, how bad each kind is, and the list that collects it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning"]

#: Places kept of each kind; all of them are counted.
MAX_PLACES = 100


class Check(NamedTuple):
    """One kind of finding.

    Attributes:
        severity: An error must not be trained on; a warning is for a person to judge.
        unit: What is counted.
        meaning: What it says about the data, for people.
    """

    severity: Severity
    unit: str
    meaning: str


CHECKS: Mapping[str, Check] = {
    "unusable": Check("error", "demonstrations", "cannot be read"),
    "bad-label": Check("error", "frames", "malformed, not finite, not of unit length, or no gripper state"),
    "missing-image": Check("error", "frames", "the image is not there"),
    "corrupt-image": Check("error", "frames", "the image cannot be decoded"),
    "checksum": Check("error", "files", "the file is not the one that was written"),
    "crop": Check("error", "frames", "the data set's crop does not fit the image"),
    "leakage": Check("error", "pairs of demonstrations", "one recording stands on both sides of the split"),
    "stale-split": Check("error", "splits", "the split does not match the data set"),
    "duplicate-episode": Check("warning", "pairs of demonstrations", "one recording stands in the data set twice"),
    "shared-frame": Check("warning", "frames", "exactly the same picture stands in another demonstration"),
    "duplicate-frame": Check("warning", "frames", "exactly the same picture as the frame before: a camera that hung"),
    "still-picture": Check("warning", "frames", "the label says motion, but the next picture is nearly the same"),
    "constant-images": Check("warning", "demonstrations", "all pictures are nearly the same"),
    "blank-image": Check("warning", "frames", "the picture has no content: a covered lens, a camera that starts"),
    "image-size": Check("warning", "demonstrations", "the pictures have another size than the data set's first"),
    "no-motion": Check("warning", "demonstrations", "every frame is at rest"),
    "constant-gripper": Check("warning", "demonstrations", "the gripper never changes"),
    "contradiction": Check("warning", "pairs of frames", "pictures nearly the same, actions opposed"),
}  # fmt: skip


class Place(NamedTuple):
    """Where something was found.

    Attributes:
        demonstration: Its name.
        frame: Name of the frame or file, or empty.
        detail: What was found there, or empty.
    """

    demonstration: str
    frame: str = ""
    detail: str = ""

    def __str__(self) -> str:
        where = f"{self.demonstration}/{self.frame}" if self.frame else self.demonstration
        return f"{where}: {self.detail}" if self.detail else where


@dataclass
class Findings:
    """Collects what is found: counts all of it, and keeps the first places of each kind.

    Attributes:
        counts: Kind, one of CHECKS, to how many there are.
        places: Kind to its first places.
    """

    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)

    def add(self, check: str, demonstration: str, frame: str = "", detail: str = "", count: int = 1) -> None:
        """Note one place; `count` more than one stands for several of which this is the first."""
        assert check in CHECKS, check
        self.counts[check] = self.counts.get(check, 0) + count
        kept = self.places.setdefault(check, [])
        if len(kept) < MAX_PLACES:
            kept.append(Place(demonstration, frame, detail))

    def number(self, severity: Severity) -> int:
        """Return how many findings of a severity there are."""
        return sum(count for check, count in self.counts.items() if CHECKS[check].severity == severity)

    def to_list(self) -> list[dict[str, Any]]:
        """Return plain JSON types, errors first, in the order of CHECKS."""
        return [
            {
                "check": name,
                "severity": check.severity,
                "count": self.counts[name],
                "unit": check.unit,
                "meaning": check.meaning,
                "places": [place._asdict() for place in self.places[name]],
            }
            for name, check in CHECKS.items()
            if name in self.counts
        ]
