"""For processes that we start: none of them outlives us, even where we are killed."""

from __future__ import annotations

import ctypes
import signal
import sys

#: Of linux/prctl.h.
_PR_SET_PDEATHSIG = 1


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask Linux to send this process a signal when its parent dies; elsewhere do nothing.

    For `preexec_fn`, or for the child itself.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))
