"""Labelled gripper states on disk: `labels.json` of `vinn gripper label`, with the order of the states in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidInput

#: The paper's four states, from closed to open: the keys 1 to 4 of the labelling page.
DEFAULT_STATES = ("closed", "almost closed", "almost open", "open")

FORMAT = "vinn gripper labels"
VERSION = 1


@dataclass(frozen=True)
class LabelledFrame:
    """The state of the gripper in one picture.

    Attributes:
        source: Video file or data set's folder or file, as written in the labels file.
        episode: Demonstration within a data set; empty for a video.
        frame: Number of the picture within the video or demonstration, from 0.
        state: One of the set's states.
    """

    source: str
    episode: str
    frame: int
    state: str


@dataclass(frozen=True)
class LabelSet:
    """Labelled frames and the order of their states.

    Attributes:
        closed_to_open: Names of the states, from closed to open; the i-th of n stands for the opening i / (n - 1).
        frames: No picture twice.

    Raises:
        InvalidInput: If there are fewer than two states or one occurs twice, or a frame occurs twice, is negative or
            has a state that is none of these.
    """

    closed_to_open: tuple[str, ...] = DEFAULT_STATES
    frames: tuple[LabelledFrame, ...] = ()

    def __post_init__(self) -> None:
        check_states(self.closed_to_open)
        seen: set[tuple[str, str, int]] = set()
        for label in self.frames:
            key = (label.source, label.episode, label.frame)
            where = f"{label.source} {label.episode}".strip() + f", frame {label.frame}"
            if label.frame < 0:
                raise InvalidInput(f"{where}: expected a frame number of 0 or more")
            if label.state not in self.closed_to_open:
                raise InvalidInput(
                    f"{where}: state is {label.state!r}; expected one of: {', '.join(self.closed_to_open)}"
                )
            if key in seen:
                raise InvalidInput(f"{where}: has two labels; expected one")
            seen.add(key)

    def count(self) -> dict[str, int]:
        """Return the number of frames in every state, in the order of the states."""
        counts = Counter(label.state for label in self.frames)
        return {state: counts[state] for state in self.closed_to_open}

    def to_dict(self) -> dict[str, Any]:
        """Return the content of a labels file; `from_dict` is the inverse."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "closed_to_open": list(self.closed_to_open),
            "labels": [vars(label) for label in self.frames],
        }

    @classmethod
    def from_dict(cls, values: Any) -> LabelSet:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If it is something else, of a newer version, or a label cannot be used.
        """
        if not isinstance(values, Mapping) or values.get("format") != FORMAT:
            raise InvalidInput(f'expected an object with "format": "{FORMAT}", as the labelling page saves it')
        if values.get("version") != VERSION:
            raise InvalidInput(f"version is {values.get('version')!r}; this program reads {VERSION}")
        try:
            states = tuple(str(state) for state in values["closed_to_open"])
            frames = tuple(
                LabelledFrame(str(row["source"]), str(row["episode"]), int(row["frame"]), str(row["state"]))
                for row in values["labels"]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"lacks or misspells {error}; expected closed_to_open (names of the states) and labels, each with "
                "source, episode, frame and state"
            ) from error
        return cls(states, frames)


def check_states(closed_to_open: Sequence[str]) -> None:
    """Refuse a list of states that orders nothing.

    Raises:
        InvalidInput: If there are fewer than two or more than nine (one a key), a name is empty or occurs twice.
    """
    names = list(closed_to_open)
    if not 2 <= len(names) <= 9 or len(set(names)) != len(names) or not all(name.strip() for name in names):
        raise InvalidInput(f"gripper states are {names}; expected 2 to 9 different names, from closed to open")


def state_labels(closed_to_open: Sequence[str]) -> GripperLabels:
    """Return the meaning of the number of a state, from 0 for closed."""
    return GripperLabels(meaning="class", closed_to_open=tuple(range(len(closed_to_open))))


def read_label_set(path: Path) -> LabelSet:
    """Return the labels in a file.

    Raises:
        InvalidInput: If it is missing, or cannot be read or used; the message names it.
    """
    try:
        return LabelSet.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise InvalidInput(
            f"{path}: no such file; expected the labels that the page of `vinn gripper label` saves"
        ) from error
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # InvalidInput and what the JSON parser raises
        raise InvalidInput(f"{path}: {error}") from error


def write_label_set(path: Path, labels: LabelSet) -> None:
    """Write labels atomically; the folder is made where missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, (json.dumps(labels.to_dict(), indent=1) + "\n").encode())


def merge_label_sets(paths: Sequence[Path]) -> LabelSet:
    """Return the labels of several files as one set; relative sources are taken from the file's own folder.

    A source that is not where the file says is looked for beside the file, so that labels move with their videos.

    Raises:
        InvalidInput: If a file cannot be used, the files order their states differently, a source is missing, or two
            files label one frame differently.
    """
    merged: dict[tuple[str, str, int], LabelledFrame] = {}
    first: LabelSet | None = None
    for path in paths:
        labels = read_label_set(path)
        if first is None:
            first = labels
        elif labels.closed_to_open != first.closed_to_open:
            raise InvalidInput(
                f"{path} orders the states {list(labels.closed_to_open)}, but {paths[0]} {list(first.closed_to_open)} "
                "(closed to open); expected the same order in every file"
            )
        found = {source: str(_find(source, path)) for source in {label.source for label in labels.frames}}
        for label in labels.frames:
            label = LabelledFrame(found[label.source], label.episode, label.frame, label.state)
            key = (label.source, label.episode, label.frame)
            if merged.setdefault(key, label) != label:
                raise InvalidInput(
                    f"{path}: {label.source} {label.episode} frame {label.frame} is {label.state!r}, but an earlier "
                    f"file says {merged[key].state!r}; label it once"
                )
    if first is None:
        raise InvalidInput("no labels file; expected at least one, as the page of `vinn gripper label` saves it")
    return LabelSet(first.closed_to_open, tuple(merged.values()))


def _find(source: str, labels_file: Path) -> Path:
    candidates = (labels_file.parent / source, labels_file.parent / Path(source).name)
    for candidate in candidates:
        if candidate.exists():
            return candidate.resolve()
    raise InvalidInput(
        f"{labels_file}: its source {source} is missing; expected it there or beside the labels file ({candidates[1]})"
    )
