"""What /diagnostics say of an input that does not come."""

from __future__ import annotations

#: An input at a lower rate than one message in this time counts as silent.
SILENT_S = 2.0


def silence(what: str, topic: str, received: int, silent_s: float) -> str | None:
    """Return that an input never came, or no longer comes; None where it does.

    Args:
        what: One message, as "image".
        topic: On which it should come.
        received: Messages since the node became active.
        silent_s: Time since the last one; before the first, since the node became active.
    """
    if received == 0:
        return f"no {what} on {topic} yet"
    return f"no {what} on {topic} for {silent_s:.0f} s" if silent_s > SILENT_S else None
