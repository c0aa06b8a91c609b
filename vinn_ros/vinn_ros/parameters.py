"""Typed, described and bounded ROS parameters; live ones are checked as a whole before any takes effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from vinn_training.exceptions import VinnError

Values = Mapping[str, Any]


@dataclass(frozen=True)
class ParameterSpec:
    """One ROS parameter.

    Attributes:
        name: Parameter name.
        default: Default value; its Python type is the parameter's type.
        description: What it does, with its unit.
        minimum: Smallest allowed number (each element, for an array), or None.
        maximum: Largest allowed number (each element, for an array), or None.
        length: Number of elements of an array, or None for any.
        choices: The allowed strings, empty for any.
        live: True if it may change while the node runs; otherwise it is read-only.
    """

    name: str
    default: Any
    description: str
    minimum: float | None = None
    maximum: float | None = None
    length: int | None = None
    choices: tuple[str, ...] = ()
    live: bool = False

    def problem(self, value: Any) -> str | None:
        """Return why `value` cannot be used, or None if it can."""
        if self.choices and value not in self.choices:
            return f"{self.name} is '{value}'; expected one of: {', '.join(self.choices)}"
        is_array = not isinstance(value, str) and isinstance(value, Sequence)
        if self.length is not None and is_array and len(value) != self.length:
            return f"{self.name} has {len(value)} elements; expected {self.length}"
        for element in value if is_array else (value,):
            if isinstance(element, bool) or not isinstance(element, (int, float)):
                continue
            below = self.minimum is not None and not element >= self.minimum  # "not >=" also catches NaN
            above = self.maximum is not None and not element <= self.maximum
            if below or above:
                return f"{self.name} is {list(value) if is_array else value}; expected {self._range_text()}"
        return None

    def _range_text(self) -> str:
        low = "-inf" if self.minimum is None else f"{self.minimum:g}"
        high = "inf" if self.maximum is None else f"{self.maximum:g}"
        each = " for each element" if self.length is not None else ""
        return f"a number from {low} to {high}{each}"

    def descriptor(self) -> ParameterDescriptor:
        """Return the descriptor that `ros2 param describe` shows."""
        descriptor = ParameterDescriptor(name=self.name, description=self.description, read_only=not self.live)
        descriptor.additional_constraints = self._constraints_text()
        scalar = isinstance(self.default, (int, float)) and not isinstance(self.default, bool)
        if scalar and self.minimum is not None and self.maximum is not None:
            if isinstance(self.default, int):
                descriptor.integer_range = [IntegerRange(from_value=int(self.minimum), to_value=int(self.maximum))]
            else:
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=float(self.minimum), to_value=float(self.maximum))
                ]
        return descriptor

    def _constraints_text(self) -> str:
        parts = []
        if self.choices:
            parts.append(f"one of: {', '.join(self.choices)}")
        if self.length is not None:
            parts.append(f"{self.length} elements")
        if self.minimum is not None or self.maximum is not None:
            parts.append(self._range_text())
        return "; ".join(parts)


class NodeParameters:
    """Declares the parameters of a node and keeps their accepted values.

    Args:
        node: The node that owns the parameters.
        specs: The parameters.
        on_change: Called with all values, the proposed ones included, before a live change is
            accepted; it raises VinnError to refuse, and otherwise has put the values into effect.

    Raises:
        InvalidParameterValueException: rclpy's, if an initial value cannot be used; its text names the parameter.
    """

    def __init__(
        self, node: Node, specs: Sequence[ParameterSpec], on_change: Callable[[Values], None] | None = None
    ) -> None:
        self._declared = False
        self._specs = {spec.name: spec for spec in specs}
        self._on_change = on_change
        self._values: dict[str, Any] = {}
        node.add_on_set_parameters_callback(self._check)
        for spec in specs:
            self._values[spec.name] = node.declare_parameter(spec.name, spec.default, spec.descriptor()).value
        self._declared = True

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    @property
    def values(self) -> dict[str, Any]:
        """All accepted values by name."""
        return dict(self._values)

    def _check(self, parameters: list[Parameter]) -> SetParametersResult:
        proposed = dict(self._values)
        for parameter in parameters:
            spec = self._specs.get(parameter.name)
            if spec is None:
                continue
            problem = spec.problem(parameter.value)
            if problem is not None:
                return SetParametersResult(successful=False, reason=problem)
            proposed[parameter.name] = parameter.value
        if self._declared and self._on_change is not None and proposed != self._values:
            try:
                self._on_change(proposed)
            except VinnError as error:
                return SetParametersResult(successful=False, reason=str(error))
        if self._declared:
            self._values = proposed
        return SetParametersResult(successful=True)
