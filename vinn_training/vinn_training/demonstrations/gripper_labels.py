"""Gripper labels on disk <-> opening in [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vinn_training.exceptions import InvalidInput

#: How far an opening may be from a class's to be written as that class. float32 leaves 3e-8.
_CLASS_TOLERANCE = 1e-6

Meaning = Literal["class", "opening", "constant"]


@dataclass(frozen=True)
class GripperLabels:
    """What the gripper number of a label means.

    Attributes:
        meaning: "class": an integer class; "opening": a float, 0 closed to 1 open; "constant": the labels have no
            gripper number, and every frame has `constant_opening`.
        closed_to_open: The classes in order, from closed to open, for "class". The i-th of n stands for the
            opening i / (n - 1).
        constant_opening: For "constant", in [0, 1].

    Raises:
        InvalidInput: If the meaning is unknown, a class occurs twice, there are fewer than two, or the constant is
            outside [0, 1].
    """

    meaning: Meaning = "class"
    closed_to_open: tuple[int, ...] = (0, 1, 2, 3)
    constant_opening: float = 0.0

    def __post_init__(self) -> None:
        if self.meaning not in ("class", "opening", "constant"):
            raise InvalidInput(f"gripper meaning is {self.meaning!r}; expected one of: class, opening, constant")
        classes = self.closed_to_open
        if len(classes) < 2 or len(set(classes)) != len(classes):
            raise InvalidInput(f"gripper classes are {classes}; expected at least two, all different")
        if not 0.0 <= self.constant_opening <= 1.0:
            raise InvalidInput(f"constant gripper opening is {self.constant_opening}; expected 0 (closed) to 1 (open)")

    def to_opening(self, label: float) -> float:
        """Return the opening in [0, 1] that a label on disk stands for.

        Raises:
            InvalidInput: If the label is no such class, or an opening outside [0, 1].
        """
        if self.meaning == "constant":
            return self.constant_opening
        if self.meaning == "opening":
            if not (math.isfinite(label) and 0.0 <= label <= 1.0):
                raise InvalidInput(f"gripper label is {label}; expected an opening, 0 (closed) to 1 (open)")
            return float(label)
        if label not in self.closed_to_open:
            raise InvalidInput(
                f"gripper label is {label}; expected one of the classes {list(self.closed_to_open)} (closed to open)"
            )
        return self.closed_to_open.index(int(label)) / (len(self.closed_to_open) - 1)

    def to_label(self, opening: float) -> float:
        """Return the label on disk for an opening in [0, 1]; `to_opening` gives it back exactly.

        Raises:
            InvalidInput: If the opening is outside [0, 1], or is not that of a class where the labels are classes:
                a rounded label would silently change the demonstration.
        """
        if not (math.isfinite(opening) and 0.0 <= opening <= 1.0):
            raise InvalidInput(f"gripper opening is {opening}; expected 0 (closed) to 1 (open)")
        if self.meaning == "opening":
            return float(opening)
        if self.meaning == "constant":
            if abs(opening - self.constant_opening) > _CLASS_TOLERANCE:
                raise InvalidInput(
                    f"gripper opening is {opening}, but this data set's is always {self.constant_opening}; "
                    'write it with the gripper meaning "opening"'
                )
            return self.constant_opening
        steps = len(self.closed_to_open) - 1
        index = round(opening * steps)
        if abs(opening - index / steps) > _CLASS_TOLERANCE:
            raise InvalidInput(
                f"gripper opening {opening} falls on none of the {steps + 1} classes "
                f"({', '.join(f'{i / steps:.4g}' for i in range(steps + 1))}); "
                'write the data set with the gripper meaning "opening" to keep it as it is'
            )
        return self.closed_to_open[index]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types, only what the meaning needs."""
        if self.meaning == "class":
            return {"meaning": "class", "closed_to_open": list(self.closed_to_open)}
        if self.meaning == "constant":
            return {"meaning": "constant", "constant_opening": self.constant_opening}
        return {"meaning": "opening"}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> GripperLabels:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If a key is unknown, the meaning is missing, or a value cannot be used.
        """
        if not isinstance(values, Mapping) or "meaning" not in values:
            raise InvalidInput(f"gripper is {values!r}; expected an object with the key 'meaning'")
        unknown = set(values) - set(cls.__dataclass_fields__)
        if unknown:
            raise InvalidInput(f"gripper has unknown keys {sorted(unknown)}")
        try:
            classes = tuple(int(value) for value in values.get("closed_to_open", (0, 1, 2, 3)))
            constant = float(values.get("constant_opening", 0.0))
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"gripper is {dict(values)!r}; expected integer classes and a number") from error
        return cls(meaning=values["meaning"], closed_to_open=classes, constant_opening=constant)


#: The original's classes: in its code a larger class is more open. (The paper lists them from open to closed.)
ORIGINAL_GRIPPER = GripperLabels()
