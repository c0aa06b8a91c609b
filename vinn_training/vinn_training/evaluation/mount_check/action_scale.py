"""Suggests c, the policy's `action_scale`, from how far the robot went when it was told to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vinn_training.policy.config import PolicyConfig

#: The policy's default, where the size of c is anybody's guess.
_USUAL = max(PolicyConfig().action_scale)

#: An axis that goes less than this part of its way is not slow but blocked; more than the other is a wrong unit.
_USABLE_GAINS = (0.5, 1.5)
#: Gains that differ by less are equal, as far as two motions of a few centimetres can tell.
_EQUAL = 0.05


@dataclass(frozen=True)
class ActionScale:
    """A suggestion for c, or why there is none.

    Attributes:
        values: Right, down and forward factors, each in (0, 1], or None.
        gains: By axis ("x", "y", "z"): way gone by way asked for; without the axes that were not measured.
        reasons: How the values were derived, or why there are none, one line each.
    """

    values: tuple[float, float, float] | None
    gains: Mapping[str, float]
    reasons: tuple[str, ...]


def suggest_action_scale(
    gains: Mapping[str, float], step_length_m: float, demonstrated_step_m: float | None
) -> ActionScale:
    """Suggest c.

    The bridge asks for `step_length_m * c_k * a_k` along axis k and the robot goes `g_k` times that. Where the
    demonstrations tell their step length l, `c_k = l / (step_length_m * g_k)` repeats it. Where they do not,
    `c_k = usual * min(g) / g_k` at least lets the robot go where a_hat points; how far is left to the user.

    Args:
        gains: g by axis ("x", "y", "z").
        step_length_m: The bridge's step length.
        demonstrated_step_m: l, or None where it is not known in metres.
    """
    missing = [axis for axis in "xyz" if axis not in gains]
    if missing:
        return ActionScale(None, dict(gains), (f"no gain was measured along {', '.join(missing)}",))
    low, high = _USABLE_GAINS
    odd = [f"{axis} {gains[axis]:.2f}" for axis in "xyz" if not low <= gains[axis] <= high]
    if odd:
        return ActionScale(
            None,
            dict(gains),
            (
                f"the robot went {', '.join(odd)} of its way; expected {low:g} to {high:g}: it is blocked, or its "
                "joint states are in another unit; c cannot mend that",
            ),
        )
    spread = max(gains.values()) / min(gains.values()) - 1.0
    smallest = min(gains.values())
    relative = [_USUAL * (1.0 if spread < _EQUAL else smallest / gains[axis]) for axis in "xyz"]
    if demonstrated_step_m is None or not (math.isfinite(demonstrated_step_m) and demonstrated_step_m > 0.0):
        equal = "all axes follow alike" if spread < _EQUAL else f"c_k = {_USUAL} * smallest gain / gain of axis k"
        return ActionScale(
            _triple(relative),
            dict(gains),
            (
                f"{equal}: the ratios are measured, the size {_USUAL} is only the policy's default, for the "
                "demonstrations' step length in metres is not known (parameter dataset)",
            ),
        )
    wanted = [demonstrated_step_m / (step_length_m * gains[axis]) for axis in "xyz"]
    formula = (
        f"c_k = demonstrated step {1e3 * demonstrated_step_m:.1f} mm / (step_length_m {1e3 * step_length_m:.1f} mm * "
        "gain of axis k)"
    )
    if max(wanted) <= 1.0:
        return ActionScale(_triple(wanted), dict(gains), (formula,))
    needed_m = step_length_m * max(wanted)
    return ActionScale(
        _triple([value / max(wanted) for value in wanted]),
        dict(gains),
        (formula, f"larger than 1: set the bridge's step_length_m to {needed_m:.3f} with these values"),
    )


def _triple(values: list[float]) -> tuple[float, float, float]:
    right, down, forward = (round(min(max(value, 0.01), 1.0), 2) for value in values)
    return right, down, forward
