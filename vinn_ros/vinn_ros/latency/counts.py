"""What the nodes and the topics count, put side by side: where did which frame go? No ROS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class PathCounts:
    """Every frame from the camera to the actions, as each side counts it; None where a side did not say.

    Attributes:
        published: Images that the camera sent, by its sequence numbers.
        received: Images that perception took.
        lost: Images that never came to perception, by the gaps in the camera's sequence numbers.
        encoded: Images that perception answered with an embedding.
        skipped: Images that perception dropped because a newer one was there.
        rejected: Images that perception could not use.
        embeddings_received: Embeddings that the policy took.
        embeddings_lost: Embeddings that never came to the policy.
        answered: Embeddings that the policy answered with an action.
        embeddings_rejected: Embeddings that the policy could not use.
    """

    published: int | None = None
    received: int | None = None
    lost: int | None = None
    encoded: int | None = None
    skipped: int | None = None
    rejected: int | None = None
    embeddings_received: int | None = None
    embeddings_lost: int | None = None
    answered: int | None = None
    embeddings_rejected: int | None = None

    @property
    def unaccounted(self) -> dict[str, int | None]:
        """Frames that no side's counts explain, by hop: 0 where all is explained, None where a count is missing."""
        return {
            "camera to perception": _rest(self.published, self.received, self.lost),
            "in perception": _rest(self.received, self.encoded, self.skipped, self.rejected),
            "perception to policy": _rest(self.encoded, self.embeddings_received, self.embeddings_lost),
            "in the policy": _rest(self.embeddings_received, self.answered, self.embeddings_rejected),
        }

    @property
    def unaccounted_total(self) -> int | None:
        """All of them, either way of being wrong; None where a count is missing."""
        rests = list(self.unaccounted.values())
        return None if any(rest is None for rest in rests) else sum(abs(rest or 0) for rest in rests)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {**asdict(self), "unaccounted": self.unaccounted, "unaccounted_total": self.unaccounted_total}


def path_counts(
    published: int | None, perception: Mapping[str, str] | None, policy: Mapping[str, str] | None
) -> PathCounts:
    """Return the counts of one path.

    Args:
        published: Images that the camera sent.
        perception: What the perception node says in /diagnostics, by key; None where it said nothing yet.
        policy: The same of the policy node.
    """
    seen, decided = perception or {}, policy or {}
    return PathCounts(
        published=published,
        received=_number(seen, "received"),
        lost=_number(seen, "lost"),
        encoded=_number(seen, "encoded"),
        skipped=_number(seen, "skipped"),
        rejected=_number(seen, "rejected"),
        embeddings_received=_number(decided, "received"),
        embeddings_lost=_number(decided, "lost"),
        answered=_number(decided, "answered"),
        embeddings_rejected=_number(decided, "rejected"),
    )


def _number(values: Mapping[str, str], key: str) -> int | None:
    text = values.get(key, "")
    return int(text) if text.isdecimal() else None


def _rest(whole: int | None, *parts: int | None) -> int | None:
    if whole is None or any(part is None for part in parts):
        return None
    return whole - sum(part or 0 for part in parts)
