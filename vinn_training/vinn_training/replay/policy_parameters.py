"""The policy's parameters out of a ROS 2 parameter file: what a launch file takes, or `ros2 param dump` wrote."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from vinn_training.exceptions import InvalidInput, MissingDependency
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.parameter_sections import NODE, sections_of, unknown_parameters

NAMES = tuple(field.name for field in fields(PolicyConfig))


def read_policy_parameters(path: Path) -> PolicyConfig:
    """Return the configuration that the policy node takes from a parameter file; what is not in it has its default.

    Args:
        path: YAML; sections whose names end with `policy`, `*` or `**` count, the later overriding the earlier.

    Raises:
        InvalidInput: If it cannot be read, says nothing of the policy, or holds a value or a name that this version's
            policy does not take.
        MissingDependency: If the package that reads YAML is not installed.
    """
    try:
        sections = [section for section in sections_of(_load(path)) if section.is_policy]
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    if not sections:
        raise InvalidInput(f"{path}: says nothing of the node '{NODE}'; expected '{NODE}:' with 'ros__parameters:'")
    values: dict[str, Any] = {}
    for section in sections:
        unknown = [] if section.is_wildcard else unknown_parameters(section, NAMES)
        if unknown:
            raise InvalidInput(
                f"{path}: '{section.name}' has the parameter '{unknown[0]}', which this version's policy does not; "
                f"expected some of: {', '.join(NAMES)}"
            )
        values |= {key: value for key, value in section.values.items() if key in NAMES}
    try:
        if "action_scale" in values:
            values["action_scale"] = tuple(float(value) for value in values["action_scale"])
        return PolicyConfig(**values)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{path}: {error}") from error


def _load(path: Path) -> object:
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError as error:
        raise MissingDependency(
            f"{path}: reading YAML needs ruamel.yaml; install it with: pip install ruamel.yaml"
        ) from error
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise InvalidInput(f"{path}: cannot be read as a parameter file: {error}") from error
