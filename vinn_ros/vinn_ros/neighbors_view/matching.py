"""Brings an action and the image that it answers together, whichever comes first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, NamedTuple, TypeVar

from vinn_training.exceptions import InvalidInput

Action = TypeVar("Action")
Image = TypeVar("Image")
Item = TypeVar("Item")


class Match(NamedTuple, Generic[Action, Image]):
    """An action with its image.

    Attributes:
        action: The action.
        image: The image of the same stamp; None where none came in time.
    """

    action: Action
    image: Image | None


class StampMatcher(Generic[Action, Image]):
    """Keeps the newest images and actions by stamp, and gives the newest pair that was not given before.

    Images come by a best-effort topic and may be lost; an action waits for its own a while and is then given alone.

    Args:
        depth: Images, and actions, that are kept.
        wait_s: How long an action waits for its image.

    Raises:
        InvalidInput: If `depth` is below 1 or `wait_s` negative.
    """

    def __init__(self, depth: int, wait_s: float) -> None:
        if depth < 1 or not wait_s >= 0.0:
            raise InvalidInput(f"depth is {depth} and wait_s {wait_s}; expected 1 or more, and 0 or more")
        self._depth = depth
        self._wait_s = wait_s
        self._images: OrderedDict[int, Image] = OrderedDict()
        self._actions: OrderedDict[int, tuple[Action, float]] = OrderedDict()

    @property
    def newest_image(self) -> Image | None:
        """The image that came last, None before the first."""
        return next(reversed(self._images.values()), None)

    def add_image(self, stamp_ns: int, image: Image) -> None:
        """Keep an image; of several with one stamp, the last."""
        _put(self._images, stamp_ns, image, self._depth)

    def add_action(self, stamp_ns: int, action: Action, now_s: float) -> None:
        """Keep an action until it, or a newer one, is given."""
        _put(self._actions, stamp_ns, (action, now_s), self._depth)

    def take(self, now_s: float) -> Match[Action, Image] | None:
        """Return the newest action whose image is there, or one that has waited long enough; None where all wait.

        Actions that came before the one that is given are dropped.
        """
        stamps = list(self._actions)
        chosen = next((stamp for stamp in reversed(stamps) if stamp in self._images), None)
        if chosen is None:
            waited = (stamp for stamp in reversed(stamps) if now_s - self._actions[stamp][1] >= self._wait_s)
            chosen = next(waited, None)
        if chosen is None:
            return None
        action = self._actions[chosen][0]
        for stamp in stamps[: stamps.index(chosen) + 1]:
            del self._actions[stamp]
        return Match(action, self._images.get(chosen))


def _put(kept: OrderedDict[int, Item], stamp_ns: int, item: Item, depth: int) -> None:
    kept[stamp_ns] = item
    kept.move_to_end(stamp_ns)
    while len(kept) > depth:
        kept.popitem(last=False)
