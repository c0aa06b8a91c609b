"""ROS 2 parameter files: which parts are the policy node's, and what they say of PolicyConfig."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.commented_yaml import parse_yaml
from vinn_training.policy.config import PolicyConfig

NODE = "policy"
PARAMETERS_KEY = "ros__parameters"
#: Parameters of PolicyConfig, which the node has by the same names.
NAMES = tuple(field.name for field in fields(PolicyConfig))
#: Tokens of a node's name that stand for any: one, and any number of them.
_WILDCARDS = ("*", "**")

#: Parameters of the node that PolicyConfig has not: its own, every node's, and what a dump of it holds beside them.
_OTHER_PARAMETERS = ("bundle", "autostart", "use_sim_time", "start_type_description_service", "qos_overrides")


class Section(NamedTuple):
    """The parameters of one node, or of several by a wildcard.

    Attributes:
        name: The node's name as the file has it, with slashes.
        values: The mapping below `ros__parameters`, of the file's own content.
    """

    name: str
    values: Any

    @property
    def is_policy(self) -> bool:
        """Whether the policy node takes it, in whatever namespace it runs."""
        last = self.name.rsplit("/", 1)[-1]
        return last == NODE or last in _WILDCARDS

    @property
    def is_wildcard(self) -> bool:
        """Whether other nodes take it too."""
        return self.name.rsplit("/", 1)[-1] in _WILDCARDS

    @property
    def unknown(self) -> list[str]:
        """Parameters that this version of the policy does not have; a wildcard's may be those of other nodes."""
        names = [] if self.is_wildcard else [str(name) for name in self.values]
        return [name for name in names if name.split(".")[0] not in (*NAMES, *_OTHER_PARAMETERS)]

    def config_values(self) -> dict[str, Any]:
        """Return those of its values that PolicyConfig takes, in its types.

        Raises:
            InvalidInput: If one has another type.
        """
        return {name: checked_value(name, self.values[name]) for name in NAMES if name in self.values}


def read_parameter_file(path: Path) -> tuple[str, list[Section]]:
    """Return the text of a parameter file and its sections, in its order.

    Raises:
        InvalidInput: If it cannot be read, or is none.
        MissingDependency: If the package that reads YAML is not installed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidInput(f"{path}: cannot be read: {reason}; expected a ROS 2 parameter file") from error
    try:
        return text, sections_of(parse_yaml(text))
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error


def sections_of(content: Any) -> list[Section]:
    """Return the sections of a parameter file, in its order.

    Names may be written in one ("/robot/policy", "/**/policy") or nested ("robot:", below it "policy:").

    Raises:
        InvalidInput: If it is none; the message says what stands where.
    """
    if not isinstance(content, Mapping) or not content:
        raise InvalidInput(
            "holds no mapping; expected 'policy:', below it 'ros__parameters:', as `ros2 param dump` writes"
        )
    return list(_sections(content, ""))


def _sections(content: Mapping[Any, Any], above: str) -> Iterator[Section]:
    for key, value in content.items():
        name = f"{above}/{str(key).strip('/')}" if above else str(key)
        if not isinstance(value, Mapping):
            raise InvalidInput(f"'{name}' holds {value!r}; expected 'ros__parameters:' below the name of a node")
        if PARAMETERS_KEY in value:
            if not isinstance(value[PARAMETERS_KEY], Mapping):
                raise InvalidInput(f"'{name}': {PARAMETERS_KEY} holds {value[PARAMETERS_KEY]!r}; expected parameters")
            yield Section(name, value[PARAMETERS_KEY])
        else:
            yield from _sections(value, name)


def checked_value(name: str, value: Any) -> Any:
    """Return a parameter's value in the type that PolicyConfig has.

    Raises:
        InvalidInput: If it has another one.
    """
    hint = "is this a parameter file of another version?"
    if name == "k":
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInput(f"k is {value!r}; expected a whole number: {hint}")
        return int(value)
    if name == "action_scale":
        if isinstance(value, str) or not isinstance(value, Sequence) or not all(map(_is_number, value)):
            raise InvalidInput(f"action_scale is {value!r}; expected three numbers (right, down, forward): {hint}")
        return tuple(float(number) for number in value)
    if not _is_number(value):
        raise InvalidInput(f"{name} is {value!r}; expected a number: {hint}")
    return float(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
