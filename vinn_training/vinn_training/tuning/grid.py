"""Which settings are tried: every combination of a few values of each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import TEMPERATURE_LIMITS, PolicyConfig
from vinn_training.policy.gripper import GripperThresholds
from vinn_training.policy.parameter_sections import NAMES

Scale = tuple[float, float, float]
Value = TypeVar("Value")

#: Parameters that a grid has values of: all of PolicyConfig's; the thresholds go together.
TUNABLE = NAMES


class Place(NamedTuple):
    """A setting, by its place in a grid.

    Attributes:
        regression: k and temperature: number of k times the number of temperatures, plus that of the temperature.
        scale: c.
        thresholds: The pair.
        quantile: hold_distance_quantile.
    """

    regression: int
    scale: int
    thresholds: int
    quantile: int


@dataclass(frozen=True)
class TuningGrid:
    """Values to combine. Each is kept sorted, once.

    Attributes:
        k: Neighbours.
        temperature: Of the softmin, in the unit of embedding distances.
        action_scale: c: right, down and forward factors.
        thresholds: Pairs of gripper_close_below and gripper_open_above.
        hold_distance_quantile: Above it the robot holds.

    Raises:
        InvalidInput: If a parameter has no value, or one that the policy does not take.
    """

    k: tuple[int, ...]
    temperature: tuple[float, ...]
    action_scale: tuple[Scale, ...]
    thresholds: tuple[GripperThresholds, ...]
    hold_distance_quantile: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("k", "temperature", "action_scale", "hold_distance_quantile"):
            values = tuple(sorted(set(getattr(self, name))))
            for value in values:
                _ = PolicyConfig(**{name: value})
            object.__setattr__(self, name, values)
        pairs = {(pair.close_below, pair.open_above): pair for pair in self.thresholds}
        object.__setattr__(self, "thresholds", tuple(pairs[key] for key in sorted(pairs)))
        for name in ("k", "temperature", "action_scale", "thresholds", "hold_distance_quantile"):
            if not getattr(self, name):
                raise InvalidInput(f"no value of {name} to try; expected at least one")
        low, high = TEMPERATURE_LIMITS
        outside = [value for value in self.temperature if not low <= value <= high]
        if outside:
            raise InvalidInput(f"temperature is {outside[0]:g}; the policy node takes {low:g} to {high:g}")

    @property
    def regressions(self) -> int:
        """Pairs of k and temperature."""
        return len(self.k) * len(self.temperature)

    @property
    def size(self) -> int:
        """Settings in all."""
        return self.regressions * len(self.action_scale) * len(self.thresholds) * len(self.hold_distance_quantile)

    def config(self, place: Place) -> PolicyConfig:
        """Return the setting at a place."""
        pair = self.thresholds[place.thresholds]
        return PolicyConfig(
            k=self.k[place.regression // len(self.temperature)],
            temperature=self.temperature[place.regression % len(self.temperature)],
            action_scale=self.action_scale[place.scale],
            gripper_close_below=pair.close_below,
            gripper_open_above=pair.open_above,
            hold_distance_quantile=self.hold_distance_quantile[place.quantile],
        )

    def place_of(self, config: PolicyConfig) -> Place:
        """Return where a setting is.

        Raises:
            InvalidInput: If it is not in the grid.
        """
        try:
            regression = self.k.index(config.k) * len(self.temperature) + self.temperature.index(config.temperature)
            return Place(
                regression,
                self.action_scale.index(config.action_scale),
                self.thresholds.index(config.gripper_thresholds),
                self.hold_distance_quantile.index(config.hold_distance_quantile),
            )
        except ValueError as error:
            raise InvalidInput(f"the grid does not hold {config}") from error

    def including(self, config: PolicyConfig) -> TuningGrid:
        """Return the grid with the values of a setting added."""
        return TuningGrid(
            k=(*self.k, config.k),
            temperature=(*self.temperature, config.temperature),
            action_scale=(*self.action_scale, config.action_scale),
            thresholds=(*self.thresholds, config.gripper_thresholds),
            hold_distance_quantile=(*self.hold_distance_quantile, config.hold_distance_quantile),
        )

    def fixed(self, names: Sequence[str], config: PolicyConfig) -> TuningGrid:
        """Return the grid with nothing but a setting's value for some parameters.

        Args:
            names: Of TUNABLE; either threshold stands for the pair.
            config: Whose values they keep.
        """
        only: dict[str, Any] = {name: (getattr(config, name),) for name in names if not name.startswith("gripper_")}
        if any(name.startswith("gripper_") for name in names):
            only["thresholds"] = (config.gripper_thresholds,)
        return replace(self, **only)
