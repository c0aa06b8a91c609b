"""The verdict on a camera mount, from the motions of one check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.grabber_mask import find_grabber
from vinn_training.evaluation.mount_check.action_scale import ActionScale, suggest_action_scale
from vinn_training.evaluation.mount_check.axes import (
    AxesFit,
    angle_between_deg,
    describe_axes,
    fit_axes,
    tilt_deg,
    with_focal_stretch,
)
from vinn_training.evaluation.mount_check.jog import Jog
from vinn_training.evaluation.mount_check.picture_motion import PictureMotion, picture_motion
from vinn_training.exceptions import InvalidInput

Array = NDArray[np.float64]
Verdict = Literal["consistent", "wrong", "unknown"]

#: Focal length of a common webcam, by the longer side of its picture, where it is not given.
_GUESSED_FOCAL = 0.8
#: The robot must go at least this far, and in nearly the direction that it was asked to.
_LEAST_WAY_M, _LARGEST_DEVIATION_DEG = 0.008, 30.0
#: A turn of the camera by this much would be mistaken for a motion.
_LARGEST_TURN_RAD = 0.02
#: Directions that no turn and no mirroring explains better than this contradict each other.
_LARGEST_RESIDUAL_DEG = 15.0
#: At the end the picture must be as at the start, but for this part of what the motions changed.
_LARGEST_CHANGE = 0.5


@dataclass(frozen=True)
class CheckConfig:
    """How the motions are judged.

    Attributes:
        tolerance_deg: A turn of the camera against its transform up to this is consistent.
        focal_px: Focal length of the pictures in pixels; 0 guesses it and fits it with the axes.
        step_length_m: The bridge's step length, for c.
        demonstrated_step_m: Typical step of the demonstrations, or None where it is not known in metres.

    Raises:
        InvalidInput: If the tolerance is not from 1 to 30 degrees, or a length is not usable.
    """

    tolerance_deg: float = 8.0
    focal_px: float = 0.0
    step_length_m: float = 0.05
    demonstrated_step_m: float | None = None

    def __post_init__(self) -> None:
        if not 1.0 <= self.tolerance_deg <= 30.0:
            raise InvalidInput(f"tolerance_deg is {self.tolerance_deg}; expected 1 to 30 degrees")
        if not (math.isfinite(self.focal_px) and self.focal_px >= 0.0):
            raise InvalidInput(f"focal_px is {self.focal_px}; expected pixels, or 0 to guess it")
        if not (math.isfinite(self.step_length_m) and self.step_length_m > 0.0):
            raise InvalidInput(f"step_length_m is {self.step_length_m}; expected a positive length")


@dataclass(frozen=True)
class JogResult:
    """What one motion said.

    Attributes:
        jog: The motion.
        expected: (3,) float64 unit direction in the optical frame, by joint states and camera transform; None where
            the robot did not do what it was told.
        picture: What the pictures say.
        seen: (3,) float64 unit direction by the pictures, with the fitted focal length, or None.
        problem: Why this motion was not used, empty otherwise.
    """

    jog: Jog
    expected: Array | None
    picture: PictureMotion
    seen: Array | None
    problem: str

    @property
    def off_deg(self) -> float | None:
        """Angle between seen and expected."""
        if self.expected is None or self.seen is None:
            return None
        return angle_between_deg(self.expected, self.seen)


@dataclass(frozen=True)
class MountReport:
    """The check's result.

    Attributes:
        verdict: "consistent", "wrong" or "unknown" (it cannot be told).
        findings: What is wrong, or why it cannot be told, one line each; the gravest first.
        advice: What to do about it, one line each.
        results: One for each motion.
        fit: The turn between expected and seen, or None.
        focal_px: Focal length used.
        scale: Suggestion for c.
        mask: (H, W) uint8, 0 on the gripper, or None where none was found.
    """

    verdict: Verdict
    findings: tuple[str, ...]
    advice: tuple[str, ...]
    results: tuple[JogResult, ...]
    fit: AxesFit | None
    focal_px: float
    scale: ActionScale
    mask: NDArray[np.uint8] | None

    @property
    def max_off_deg(self) -> float:
        """Largest angle between a seen and its expected direction."""
        return max((result.off_deg for result in self.results if result.off_deg is not None), default=math.nan)


def judge(jogs: Sequence[Jog], config: CheckConfig | None = None) -> MountReport:
    """Judge the motions of one check.

    Args:
        jogs: In the order in which they were made; normally one for each of `jog.ORDER`.
        config: How to judge.

    Raises:
        InvalidInput: If there are no motions, or their pictures differ in size.
    """
    config = config or CheckConfig()
    if not jogs:
        raise InvalidInput("no motions were made; expected one for each of +x, -x, +y, -y, +z and -z")
    focal_px = config.focal_px or _GUESSED_FOCAL * max(jogs[0].before.shape[:2])
    mask = find_grabber([jogs[0].before, *(jog.after for jog in jogs)])
    transform = _optical_to_base(jogs)
    results = [_result(jog, transform, focal_px, mask) for jog in jogs]
    used = [result for result in results if result.expected is not None and result.seen is not None]
    fit, problems = _fit(used, config)
    if fit is not None:
        focal_px *= fit.focal_stretch
        results = [
            result if result.seen is None else replace(result, seen=with_focal_stretch(result.seen, fit.focal_stretch))
            for result in results
        ]
    problems = (*problems, *_scene_change(jogs, results, focal_px, mask))
    verdict, findings, advice = _verdict(fit, problems, config)
    gains, unmeasured = _gains(results)
    scale = (
        suggest_action_scale(gains, config.step_length_m, config.demonstrated_step_m)
        if verdict == "consistent"
        else ActionScale(None, gains, ("c says nothing while the mount is not known to be right",))
    )
    return MountReport(
        verdict, findings, advice, tuple(results), fit, focal_px,
        replace(scale, reasons=(*scale.reasons, *unmeasured)), mask,
    )  # fmt: skip


def _optical_to_base(jogs: Sequence[Jog]) -> Array:
    """Return the rotation that the robot's camera transform has, from what was asked and what it made of that."""
    correlation = sum(
        (np.outer(jog.requested_base_m / np.linalg.norm(jog.requested_base_m), jog.direction)
         for jog in jogs if jog.requested_base_m.any()),
        np.zeros((3, 3)),
    )  # fmt: skip
    left, _, right = np.linalg.svd(correlation)
    return np.asarray(left @ np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))]) @ right)


def _result(jog: Jog, optical_to_base: Array, focal_px: float, mask: NDArray[np.uint8] | None) -> JogResult:
    picture = picture_motion(jog.before, jog.after, focal_px, mask)
    way_m = float(np.linalg.norm(jog.moved_base_m))
    problem = picture.problem
    expected = None
    if way_m < _LEAST_WAY_M:
        limits = f" ({'; '.join(jog.clipped)})" if jog.clipped else ""
        problem = f"the robot moved {1e3 * way_m:.0f} mm of {1e3 * jog.asked_m:.0f}{limits}"
    elif jog.turned_rad > _LARGEST_TURN_RAD:
        problem = f"the camera turned by {math.degrees(jog.turned_rad):.1f} degrees meanwhile"
    elif angle_between_deg(jog.moved_base_m, jog.requested_base_m) > _LARGEST_DEVIATION_DEG and not jog.clipped:
        problem = (
            f"by its joint states the robot moved {_millimetres(jog.moved_base_m)} in base_link, "
            f"{_millimetres(jog.requested_base_m)} was asked for"
        )
    else:
        expected = optical_to_base.T @ jog.moved_base_m / way_m
    seen = picture.direction if not problem else None
    return JogResult(jog, expected, picture, seen, problem)


def _fit(used: Sequence[JogResult], config: CheckConfig) -> tuple[AxesFit | None, tuple[str, ...]]:
    """Return the fit and why it cannot be relied on."""
    missing = [axis for axis in "xyz" if axis not in {result.jog.axis for result in used}]
    if missing:
        return None, (f"nothing can be said about {', '.join(missing)}: see the table",)
    expected = np.array([result.expected for result in used])
    seen = np.array([result.seen for result in used])
    try:
        fit = fit_axes(expected, seen, focal_is_known=config.focal_px > 0.0)
    except InvalidInput as error:
        return None, (str(error),)
    if fit.residual_deg > _LARGEST_RESIDUAL_DEG:
        return fit, (
            f"the directions contradict each other by {fit.residual_deg:.0f} degrees: did something in view move?",
        )
    return fit, ()


def _scene_change(
    jogs: Sequence[Jog], results: Sequence[JogResult], focal_px: float, mask: NDArray[np.uint8] | None
) -> tuple[str, ...]:
    """Compare the first and the last picture, between which the robot came back to where it was."""
    way_m = float(np.linalg.norm(sum((jog.moved_base_m for jog in jogs), np.zeros(3))))
    usual_px = float(np.median([result.picture.motion_px for result in results]))
    if way_m > 0.2 * max(jog.asked_m for jog in jogs) or usual_px == 0.0:
        return ()
    change = picture_motion(jogs[0].before, jogs[-1].after, focal_px, mask)
    # Of all points, not of the moving ones alone: a few are always lost and found elsewhere.
    ways_px = np.linalg.norm(change.second_px - change.first_px, axis=1)
    moved = float((ways_px > _LARGEST_CHANGE * usual_px).mean()) if len(ways_px) else 0.0
    if moved < 0.3:
        return ()
    return (
        f"{moved:.0%} of the picture is not where it was although the robot came back: did the door, the camera or "
        "something in view move?",
    )


def _verdict(
    fit: AxesFit | None, problems: tuple[str, ...], config: CheckConfig
) -> tuple[Verdict, tuple[str, ...], tuple[str, ...]]:
    if fit is None or problems:
        return "unknown", problems, ("put something with texture in view, keep it still, and check again",)
    findings = describe_axes(fit, config.tolerance_deg)
    if not findings:
        return "consistent", (), ()
    return "wrong", findings, _advice(fit)


def _advice(fit: AxesFit) -> tuple[str, ...]:
    again = "check again before the first episode"
    if fit.is_mirrored:
        return (
            "switch mirroring off in the camera's driver (no way of mounting a camera mirrors its picture)",
            again,
        )
    if np.array_equal(fit.nearest, np.eye(3)):
        down, _, _ = tilt_deg(fit)
        return (
            f"either turn the camera, or add {math.radians(down):+.3f} rad to the bridge's camera_tilt_rad (where "
            "pan or roll differ, or the bridge's camera_mount is measured, measure the transform anew)",
            again,
        )
    return (
        "either mount the camera as the bridge's camera parameters say or undo the rotation in its driver; "
        "pictures must be as in the demonstrations",
        again,
    )


def _gains(results: Sequence[JogResult]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the gain along each axis, and which motions could not be used for it."""
    gains: dict[str, float] = {}
    reasons = []
    for axis in "xyz":
        jogs = [result.jog for result in results if result.jog.axis == axis]
        free = [jog.gain for jog in jogs if not jog.clipped and jog.requested_base_m.any()]
        if free:
            gains[axis] = float(np.mean(free))
        elif jogs:
            reasons.append(f"limits changed all motions along {axis}: {'; '.join(jogs[0].clipped) or 'no command'}")
    return gains, tuple(reasons)


def _millimetres(vector_m: Array) -> str:
    return "(" + ", ".join(f"{1e3 * value:+.0f}" for value in vector_m) + ") mm"
