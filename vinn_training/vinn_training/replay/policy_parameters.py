"""The policy's parameters out of a ROS 2 parameter file: what a launch file takes, or `ros2 param dump` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.parameter_sections import NAMES, NODE, read_parameter_file


def read_policy_parameters(path: Path) -> PolicyConfig:
    """Return the configuration that the policy node takes from a parameter file; what is not in it has its default.

    Args:
        path: YAML; sections whose names end with `policy`, `*` or `**` count, the later overriding the earlier.

    Raises:
        InvalidInput: If it cannot be read, says nothing of the policy, or holds a value or a name that this version's
            policy does not take.
        MissingDependency: If the package that reads YAML is not installed.
    """
    sections = [section for section in read_parameter_file(path)[1] if section.is_policy]
    if not sections:
        raise InvalidInput(f"{path}: says nothing of the node '{NODE}'; expected '{NODE}:' with 'ros__parameters:'")
    values: dict[str, Any] = {}
    try:
        for section in sections:
            if section.unknown:
                raise InvalidInput(
                    f"'{section.name}' has the parameter '{section.unknown[0]}', which this version's policy does not; "
                    f"expected some of: {', '.join(NAMES)}"
                )
            values |= section.config_values()
        return PolicyConfig(**values)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
