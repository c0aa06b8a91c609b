"""YAML that people wrote: read and written again with its comments and its order."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from vinn_training.exceptions import InvalidInput, MissingDependency


def plain_value(value: Any) -> Any:
    """Return a value as YAML for ROS: floating-point numbers with a point, arrays in one line."""
    if not isinstance(value, tuple):
        return value
    from ruamel.yaml.comments import CommentedSeq

    sequence = CommentedSeq(value)
    sequence.fa.set_flow_style()
    return sequence


def _yaml() -> Any:
    """Return a reader and writer that keeps comments and order.

    Raises:
        MissingDependency: If ruamel.yaml is not installed.
    """
    try:
        from ruamel.yaml import YAML
    except ImportError as error:
        raise MissingDependency(
            "parameter files need ruamel.yaml; install it with: pip install 'vinn_training[formats]'"
        ) from error
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml


def parse_yaml(text: str) -> Any:
    """Return the content of a YAML text.

    Raises:
        InvalidInput: If it is not YAML.
        MissingDependency: If ruamel.yaml is not installed.
    """
    yaml = _yaml()
    from ruamel.yaml.error import YAMLError

    try:
        return yaml.load(text)
    except YAMLError as error:
        reason = " ".join(str(error).split())
        raise InvalidInput(f"not readable as YAML: {reason}") from error


def dump_yaml(content: Mapping[str, Any]) -> str:
    """Return content that `parse_yaml` read, changed or not, as text: order and comments are kept."""
    stream = io.StringIO()
    _yaml().dump(content, stream)
    return stream.getvalue()
