"""Child processes that die or compete, so that crash safety is shown and not argued."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable


def run(action: Callable[[], None]) -> int:
    """Run `action` in a forked child and wait. Returns the exit status, or minus the signal that killed it, as subprocess does."""
    return wait(start(action))


def start(action: Callable[[], None]) -> int:
    """Fork a child that runs `action`; returns its process id. Whatever `action` does, the child never returns into the test run."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        action()
        status = 0
    except BaseException:
        traceback.print_exc()  # the only trace of a failed assertion in a child
        sys.stderr.flush()
    finally:
        os._exit(status)


def wait(child: int) -> int:
    """The exit status of a child, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die() -> None:
    """Die as in a power cut: nothing is flushed, nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(moment: int, inside: str) -> None:
    """Let this process die at its nth operation on a file under the folder `inside` (Python's audit events: open, rename, remove, …)."""
    seen = 0

    def watch(_event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if any(isinstance(argument, str | os.PathLike) and os.fspath(argument).startswith(inside) for argument in arguments):
            seen += 1
            if seen == moment:
                die()

    sys.addaudithook(watch)
