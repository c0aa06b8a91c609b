"""The answer of the Cartesian controller; apart from it, so that reading it needs no solver."""

from __future__ import annotations

from dataclasses import dataclass

from vinn_training.contracts import JointTargets


@dataclass(frozen=True)
class ControllerStep:
    """What to send for one action, and what became of the request.

    Attributes:
        targets: What to send to the driver; None exactly where `success` is False.
        success: Whether `targets` may be sent. A motion shortened by limits is a success that says so in `clipped`.
        residual_m: Distance between the camera's target (after step, lead and workspace limits) and where the
            targets put it; on failure, how far the solver was from it, infinite where it was not asked.
        requested_base_m: Translation asked for, in base_link axes (x forward, y left, z up), metres.
        commanded_base_m: Motion of the commanded camera position, in base_link axes, metres.
        clipped: One line for each limit that changed the motion.
        reason: Why it failed, empty on success.
        reached: Whether `targets` bring the camera to its target; False where they are the nearest that limits allow,
            and on failure.
        residual_rad: Angle between the orientation that the camera holds and the one that the targets give it.
        iterations: QPs that the solver took.
        active: One line for each limit that `targets` touch, also where it changed nothing.
        solve_s: Time that the step took to compute, seconds.
    """

    targets: JointTargets | None
    success: bool
    residual_m: float
    requested_base_m: tuple[float, float, float]
    commanded_base_m: tuple[float, float, float]
    clipped: tuple[str, ...]
    reason: str
    reached: bool = False
    residual_rad: float = float("inf")
    iterations: int = 0
    active: tuple[str, ...] = ()
    solve_s: float = 0.0
