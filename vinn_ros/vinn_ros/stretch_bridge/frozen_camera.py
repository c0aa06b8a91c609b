"""Notices a camera that hands out the same picture while the robot moves."""

from __future__ import annotations

from collections.abc import Mapping

from vinn_training.kinematics import joints

_SLIDES = (joints.BASE, joints.LIFT, joints.EXTENSION)

#: Twice what counts as still: the noise of joint states is no motion.
_MOVED_M = 0.003


class FrozenCamera:
    """Compares what the policy saw before and after the robot moved.

    Two pictures of a living camera are never equal in every pixel, and neither are the distances to the neighbours
    that were computed from them. Only pictures that were taken after the motion count: the earlier ones may be equal
    where a camera has no noise.
    """

    def __init__(self) -> None:
        self._fingerprint: tuple[float, ...] = ()
        self._at: dict[str, float] = {}
        self._moved_s: float | None = None

    def reset(self) -> None:
        """Forget the picture seen last."""
        self._fingerprint, self._at, self._moved_s = (), {}, None

    def update(self, positions: Mapping[str, float], now_s: float) -> None:
        """Take measured positions, the base's included, in metres."""
        if self._moved_s is None and self._way_m(positions) > _MOVED_M:
            self._moved_s = now_s

    def problem(self, fingerprint: tuple[float, ...], image_s: float, positions: Mapping[str, float]) -> str | None:
        """Return why a picture must not be acted on, or None.

        Args:
            fingerprint: Numbers that are equal for equal pictures alone; empty where there are none.
            image_s: When the picture was taken.
            positions: Measured, the base's included.
        """
        if not fingerprint or fingerprint != self._fingerprint:
            self._fingerprint, self._moved_s = fingerprint, None
            self._at = {name: positions[name] for name in _SLIDES if name in positions}
            return None
        if self._moved_s is None or image_s <= self._moved_s:
            return None
        return (
            f"the camera's picture has not changed in any pixel although the robot moved {1e3 * _MOVED_M:g} mm; "
            "is the camera frozen?"
        )

    def _way_m(self, positions: Mapping[str, float]) -> float:
        return max((abs(positions[name] - value) for name, value in self._at.items() if name in positions), default=0.0)
