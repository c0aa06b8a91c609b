"""Colours of what the robot thinks, RGB: each means the same in the neighbours image and in the 3D markers."""

from __future__ import annotations

from vinn_training.contracts import GripperState

Colour = tuple[int, int, int]

#: An action or a demonstrated action; that of `action_drawing`'s arrow.
ACTION: Colour = (255, 220, 0)
#: What the bridge sent.
SENT: Colour = (215, 130, 255)
#: The robot does not move on this: the policy holds, the bridge stopped, or nobody answers.
HOLD: Colour = (200, 35, 50)
#: The policy acts, and the distance is a familiar one.
ACTING: Colour = (70, 170, 90)
#: Something is not known, or not as it should be.
NOTE: Colour = (255, 190, 90)

#: The gripper; open is the colour of `action_drawing`'s column.
GRIPPER: dict[GripperState, Colour] = {
    GripperState.OPEN: (80, 190, 255),
    GripperState.CLOSED: (255, 145, 50),
    GripperState.UNKNOWN: (150, 150, 150),
}

BACKGROUND: Colour = (24, 24, 24)
EMPTY: Colour = (58, 58, 58)
INK: Colour = (238, 238, 238)
DIM: Colour = (170, 170, 170)


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """Return `share` of a colour with the rest of another."""
    first, second, third = (round(share * a + (1.0 - share) * b) for a, b in zip(colour, other, strict=True))
    return first, second, third
