"""A process of low priority that embeds and saves for the policy: one request a line in, one answer a line out.

Started as `python -m vinn_ros.policy.bank_worker BUNDLE BANK_ID`. Requests and answers are JSON. It ends when its
input does, whatever it is doing, and after two minutes without a request, so that its memory is given back.
"""

from __future__ import annotations

import _thread
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from vinn_ros.policy.bank_work import BankWork

_IDLE_S = 120.0
#: The lowest there is: whatever drives the robot comes first.
_NICENESS = 19


def main(arguments: list[str]) -> int:
    """Serve until the input ends; return the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the policy, which ends this process
    signal.signal(signal.SIGTERM, _leave)
    _give_way()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    bundle, bank_id = arguments
    return serve(requests, answers, lambda: _load(Path(bundle), bank_id))


def _give_way() -> None:
    """Take Linux's lowest ordinary priority, whatever the policy has: it may run in real time."""
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)


def serve(requests: queue.SimpleQueue[str], answers: TextIO, load: Callable[[], BankWork]) -> int:
    """Answer requests until an empty one comes, or none for a while.

    Args:
        requests: Lines.
        answers: Where the answers go.
        load: Makes what does the work, at the first request.
    """
    work: BankWork | None = None
    while True:
        try:
            line = requests.get(timeout=_IDLE_S)
        except queue.Empty:
            return 0
        if not line:
            return 0
        try:
            work = work or load()
            answer = {"done": _do(work, json.loads(line))}
        except Exception as error:
            answer = {"problem": _problem(error)}
        answers.write(json.dumps(answer) + "\n")


def _do(work: BankWork, request: dict[str, Any]) -> Any:
    from vinn_ros.policy.bank_work import Recipe

    recipe = Recipe.from_dict(request["recipe"])
    if request["do"] == "add":
        folder = Path(request["folder"])
        return work.add(recipe, Path(request["source"]), request["name"], folder).to_dict()
    return work.save(recipe, Path(request["target"]), request["command"])


def _problem(error: Exception) -> str:
    from vinn_training.exceptions import VinnError

    if isinstance(error, VinnError):
        return str(error)
    if isinstance(error, OSError):
        return disk_problem(error)
    traceback.print_exc()
    return f"{type(error).__name__}: {error} (a bug; please report it with the policy's output)"


def disk_problem(error: OSError) -> str:
    """Return what to tell of an error of the disk."""
    place = error.filename or "the disk"
    return f"{place}: {error.strerror or error}; nothing was changed: look at free space and permissions"


def _load(bundle: Path, bank_id: str) -> BankWork:
    from vinn_ros.policy.bank_work import BankWork

    return BankWork(bundle, bank_id)


def _listen(requests: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    requests.put("")
    _thread.interrupt_main(signal.SIGTERM)  # in the middle of the work, too: nobody waits for it


def _leave(*_: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
