"""ROS 2 parameter files: the tuner's starting point, and what it writes for the launch file's `params_file`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.commented_yaml import dump_yaml, parse_yaml, plain_value
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.parameter_sections import (
    NODE,
    PARAMETERS_KEY,
    Section,
    checked_value,
    read_parameter_file,
    sections_of,
)
from vinn_training.tuning.grid import TUNABLE

#: Begins the lines that say where the values come from; those of an earlier file are not carried on.
MARK = "# vinn tune: "
#: Section that is written where the starting point has none: the node in any namespace, as in config/.
_OWN_SECTION = f"/**/{NODE}"


@dataclass(frozen=True, eq=False)
class StartingPoint:
    """A parameter file that tuning begins with.

    Attributes:
        config: Its values, the policy's defaults for what it does not name.
        named: Parameters of TUNABLE that it names.
        text: The file; empty where there was none.
        notes: What people should know of it: unknown parameters, other nodes.
    """

    config: PolicyConfig
    named: tuple[str, ...] = ()
    text: str = ""
    notes: tuple[str, ...] = ()


def read_start(path: Path) -> StartingPoint:
    """Return a starting point: a parameter file, or what `ros2 param dump` printed of a running policy.

    Raises:
        InvalidInput: If it cannot be read, is no parameter file, or gives a tuned parameter a value that the policy
            does not take.
        MissingDependency: If ruamel.yaml is not installed.
    """
    text, sections = read_parameter_file(path)
    try:
        values = _tuned_values([section for section in sections if section.is_policy])
        config = PolicyConfig(**values)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    return StartingPoint(config, tuple(values), text, tuple(_notes(sections)))


def render(start: StartingPoint, config: PolicyConfig, tuned: Sequence[str], origin: Sequence[str]) -> str:
    """Return a parameter file: the starting point, with other values for what was tuned and differs.

    Args:
        start: Its other nodes, parameters and comments are kept.
        config: The chosen setting.
        tuned: Parameters of TUNABLE that were tuned; the others stay as the starting point has them.
        origin: Lines that say where the values come from.

    Raises:
        MissingDependency: If ruamel.yaml is not installed.
    """
    kept = "".join(line for line in start.text.splitlines(keepends=True) if not line.startswith(MARK))
    content = parse_yaml(kept) if kept.strip() else {}
    sections = [section for section in sections_of(content) if section.is_policy] if content else []
    if not sections:
        content[_OWN_SECTION] = {PARAMETERS_KEY: {}}
        sections = [Section(_OWN_SECTION, content[_OWN_SECTION][PARAMETERS_KEY])]
    for name in TUNABLE:
        if name not in tuned and name not in start.named:
            continue
        value = getattr(config if name in tuned else start.config, name)
        holders = [section for section in sections if name in section.values]
        for section in holders or [next((item for item in sections if not item.is_wildcard), sections[-1])]:
            if not _is_same(name, section.values.get(name), value):
                section.values[name] = plain_value(value)
    head = "".join(f"{MARK}{' '.join(line.split())}\n" for line in origin)
    return head + dump_yaml(content)


def _tuned_values(sections: Sequence[Section]) -> dict[str, Any]:
    """Return what the policy's sections say of the parameters that can be tuned.

    Raises:
        InvalidInput: If a value has another type, or two sections have different ones.
    """
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for section in sections:
        for name, value in section.config_values().items():
            if name in values and values[name] != value:
                raise InvalidInput(
                    f"'{places[name]}' has {name} {values[name]}, '{section.name}' {value}, and the policy takes both "
                    "sections; expected one value: remove the other"
                )
            values[name], places[name] = value, section.name
    return values


def _is_same(name: str, written: Any, value: Any) -> bool:
    """Return whether a file has a value already, in the type that ROS wants: 2 is no floating-point number for it."""
    if written is None or checked_value(name, written) != value:
        return False
    numbers = written if name == "action_scale" else [written]
    return name == "k" or all(isinstance(number, float) for number in numbers)


def _notes(sections: Sequence[Section]) -> list[str]:
    mine = [section for section in sections if section.is_policy]
    others = [section.name for section in sections if not section.is_policy]
    notes = []
    if others:
        notes.append(f"parameters of other nodes are kept as they are: {', '.join(others)}")
    if not mine:
        notes.append(f"it names no parameter of the node '{NODE}'; its section is added")
    for section in mine:
        if section.unknown:
            notes.append(
                f"'{section.name}' has parameters that this version of the policy does not have: "
                f"{', '.join(section.unknown)}; a parameter file of another version? They are kept, and the node "
                "ignores them"
            )
    return notes
