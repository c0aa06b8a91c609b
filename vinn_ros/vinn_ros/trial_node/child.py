"""A process that the trial node starts and that does not outlive it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from vinn_training.child_process import end_with_parent


def start_child(
    module: str, arguments: Sequence[str], ends_with_us: bool = True, is_heard: bool = False
) -> subprocess.Popen[bytes]:
    """Start `python -m module` in a session of its own: Ctrl-C reaches us alone, and we end it in order.

    Args:
        module: Module to run.
        arguments: Its arguments.
        ends_with_us: Whether Linux ends it when this process dies. One that must act then ends by itself, when its
            standard input is at its end.
        is_heard: Whether its standard output comes to us, without blocking, and not to ours.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if is_heard else None,
        start_new_session=True,
        preexec_fn=end_with_parent if ends_with_us else None,
    )
    if child.stdout is not None:
        os.set_blocking(child.stdout.fileno(), False)
    return child


def end_child(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    """End a child, by force where it does not end in time."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def enclave_arguments() -> list[str]:
    """Return the ROS arguments that put a child into our own security enclave; none where we were given none."""
    at = [number for number, word in enumerate(sys.argv) if word in ("--enclave", "-e")]
    if not at or os.environ.get("ROS_SECURITY_ENCLAVE_OVERRIDE"):
        return []
    return sys.argv[at[0] : at[0] + 2]
