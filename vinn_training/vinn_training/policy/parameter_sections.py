"""Which parts of a ROS 2 parameter file are the policy node's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from vinn_training.exceptions import InvalidInput

NODE = "policy"
PARAMETERS_KEY = "ros__parameters"
#: Tokens of a node's name that stand for any: one, and any number of them.
_WILDCARDS = ("*", "**")

#: Parameters of the node that are not tuned: its own, every node's, and what a dump of it holds beside them.
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


def unknown_parameters(section: Section, known: tuple[str, ...]) -> list[str]:
    """Return the parameters of the policy's own section that this version of the node does not have.

    Args:
        section: Of the policy, not by a wildcard.
        known: Those that can be tuned.
    """
    return [str(name) for name in section.values if str(name).split(".")[0] not in (*known, *_OTHER_PARAMETERS)]
