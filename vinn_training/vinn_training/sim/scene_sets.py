"""The two sets of scenes that every task has."""

from __future__ import annotations

from typing import Literal, get_args

from vinn_training.exceptions import InvalidInput

#: Scenes to train on, or scenes with looks that training never shows.
SceneSet = Literal["training", "held-out"]
SCENE_SET_NAMES: tuple[SceneSet, ...] = get_args(SceneSet)


def check_draw(scenes: str, seed: int = 0) -> None:
    """Refuse what no scene can be drawn from.

    Raises:
        InvalidInput: If there is no such set (the message lists them) or the seed is negative.
    """
    if scenes not in SCENE_SET_NAMES:
        raise InvalidInput(f"unknown set of scenes '{scenes}'; expected one of: {', '.join(SCENE_SET_NAMES)}")
    if seed < 0:
        raise InvalidInput(f"scene seed is {seed}; expected zero or more")
