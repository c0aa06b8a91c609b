"""Decides what is shown and when, without ROS: plain values and a clock in, views and notices out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vinn_ros.neighbors_view.bank_pictures import BankPictures, recall
from vinn_ros.neighbors_view.matching import StampMatcher
from vinn_ros.neighbors_view.view import ActionReading, BankReading, CommandReading, View
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

#: Decodes an image when it is to be shown; most never are.
LoadImage = Callable[[], ImageArray]


@dataclass(frozen=True)
class ViewConfig:
    """How it is shown.

    Attributes:
        neighbors: How many are drawn.
        images_kept: Images, and actions, that wait for each other.
        match_wait_s: How long an action waits for its image.
        silence_s: After so long without an action, a notice is shown.
        notice_period_s: How often.
    """

    neighbors: int = 5
    images_kept: int = 30
    match_wait_s: float = 1.0
    silence_s: float = 2.0
    notice_period_s: float = 1.0


@dataclass(frozen=True, eq=False)
class Notice:
    """What is shown while no action comes.

    Attributes:
        query: The camera's newest image, or None.
        reason: Why there is nothing else.
    """

    query: ImageArray | None
    reason: str


@dataclass
class ViewCounts:
    """What became of what was heard.

    Attributes:
        images: Images heard.
        actions: Actions heard.
        rejected: Messages that could not be used.
        shown: Actions shown with their image.
        without_image: Actions shown without, because it did not come in time or cannot be read.
        last_problem: Why the last message could not be used.
    """

    images: int = 0
    actions: int = 0
    rejected: int = 0
    shown: int = 0
    without_image: int = 0
    last_problem: str = ""


class NeighborsViewCore:
    """Shows the newest action whose image is there; what is older than that is never shown.

    Args:
        pictures: Of the bundle; None without one.
        config: How it is shown.
        action_topic: What notices call it.
        no_pictures: Why there are no pictures, for the reader; empty where that needs no more words.
    """

    def __init__(
        self, pictures: BankPictures | None, config: ViewConfig, action_topic: str = "action", no_pictures: str = ""
    ) -> None:
        self._pictures = pictures
        self._config = config
        self._topic = action_topic
        self._no_pictures = no_pictures
        self._matcher: StampMatcher[ActionReading, LoadImage] = StampMatcher(config.images_kept, config.match_wait_s)
        self._command: CommandReading | None = None
        self._bank: BankReading | None = None
        self._heard_s: float | None = None
        self._began_s: float | None = None
        self._noticed_s = float("-inf")
        self.counts = ViewCounts()

    def image(self, stamp_ns: int, load: LoadImage) -> None:
        """Keep an image; `load` is called if it is shown, and may raise InvalidInput."""
        self.counts.images += 1
        self._matcher.add_image(stamp_ns, load)

    def action(self, action: ActionReading, now_s: float) -> None:
        """Take an action."""
        self.counts.actions += 1
        self._heard_s = now_s
        self._matcher.add_action(action.stamp_ns, action, now_s)

    def command(self, command: CommandReading) -> None:
        """Take what the bridge did."""
        self._command = command

    def bank(self, bank: BankReading) -> None:
        """Take what the policy tells of its bank."""
        self._bank = bank

    def reject(self, problem: str) -> None:
        """Count a message that could not be used."""
        self.counts.rejected += 1
        self.counts.last_problem = problem

    def next(self, now_s: float) -> View | Notice | None:
        """Return what to show now; None where nothing is new.

        Args:
            now_s: Monotonic time.
        """
        if self._began_s is None:
            self._began_s = now_s
        match = self._matcher.take(now_s)
        if match is None:
            return self._notice(now_s)
        query, problem = self._load(match.image)
        if query is None:
            self.counts.without_image += 1
        else:
            self.counts.shown += 1
        neighbors, notes = recall(match.action, self._pictures, self._bank, self._config.neighbors)
        if self._pictures is None and self._no_pictures:
            notes = (self._no_pictures,)
        return View(
            match.action,
            query,
            problem,
            neighbors,
            self._command,
            notes=(*notes, *self._change(match.action)),
            hold_distance=self._pictures.hold_distance(match.action) if self._pictures is not None else None,
        )

    def _load(self, load: LoadImage | None) -> tuple[ImageArray | None, str]:
        if load is None:
            kept, wait_s = self._config.images_kept, self._config.match_wait_s
            return None, f"no image with the action's stamp among the last {kept}, after {wait_s:g} s"
        try:
            return load(), ""
        except InvalidInput as error:
            self.reject(f"image: {error}")
            return None, f"the image cannot be read: {error}"

    def _change(self, action: ActionReading) -> tuple[str, ...]:
        """Return what the last change of the bank was, while the policy answers from what it made."""
        bank = self._bank
        if bank is None or not bank.change or bank.version != action.bank_version:
            return ()
        return (f"bank: {bank.change}",)

    def _notice(self, now_s: float) -> Notice | None:
        assert self._began_s is not None
        silent_s = now_s - (self._heard_s if self._heard_s is not None else self._began_s)
        if silent_s < self._config.silence_s or now_s - self._noticed_s < self._config.notice_period_s:
            return None
        self._noticed_s = now_s
        newest = self._matcher.newest_image
        query, _ = self._load(newest) if newest is not None else (None, "")
        since = f"for {silent_s:.0f} s" if self._heard_s is not None else f"yet, after {silent_s:.0f} s"
        return Notice(query, f"nothing on {self._topic} {since}; do perception and policy run, and are they active?")
