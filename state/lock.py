"""One writer at a time: an operating-system lock that dies with its process, and beside it the name of who holds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from state.errors import LockedElsewhere
from state.files import explained, replace_file
from state.holder import Holder

__all__ = ["Held", "Holder", "Lock"]

# Seconds. Long enough to outlast somebody who only asks `holder()`, short enough that a refusal feels immediate.
_PATIENCE = 0.1
_UNKNOWN = Holder(who="", host="", pid=0, since="", run="")


class Held:
    """A lock that is held until `release` or the end of its `with` block. `took_over_from` is the dead run that left it, if one did."""

    def __init__(self, lock: Lock, took_over_from: Holder | None) -> None:
        self._lock = lock
        self.took_over_from = took_over_from

    def release(self) -> None:
        """Let go. Twice is once."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


class Lock:
    """The lock of one organization's state. `prepare` makes `folder` ready for writing."""

    def __init__(self, folder: Path, prepare: Callable[[], None]) -> None:
        self._prepare = prepare
        self._path = folder / "lock"
        self._note = folder / "holder.json"
        self._lock = FileLock(self._path, timeout=_PATIENCE, poll_interval=0.01, thread_local=False)

    def acquire(self, holder: Holder) -> Held:
        """Hold the lock in the name of `holder`. Raises LockedElsewhere at once where a living run holds it."""
        self._prepare()
        if self._lock.is_locked:
            raise LockedElsewhere(self._noted() or _UNKNOWN)
        with explained(self._path):
            try:
                self._lock.acquire()
            except Timeout:
                raise LockedElsewhere(self._noted() or _UNKNOWN) from None
        try:
            dead = self._noted()
            replace_file(self._note, [json.dumps(asdict(holder)).encode()], mode=0o600)
        except BaseException:
            self._lock.release()
            raise
        return Held(self, dead)

    def release(self) -> None:
        """Let go; nothing happens where this lock is not held here."""
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def holder(self) -> Holder | None:
        """The living run that holds the lock, here or elsewhere; None where nobody does."""
        noted = self._noted()
        if noted is None or self._lock.is_locked:
            return noted
        # A note without a lock is a dead run's. Only the system knows: a process id may have been given to somebody else since.
        probe = FileLock(self._path, timeout=0, thread_local=False)
        try:
            probe.acquire()
        except Timeout:
            return noted
        probe.release()
        return None

    def left_behind(self) -> Holder | None:
        """The dead run that left its name here, which the next one takes over from; None where nobody did."""
        return self._noted() if self.holder() is None else None

    def _noted(self) -> Holder | None:
        with explained(self._note):
            try:
                return Holder(**json.loads(self._note.read_bytes()))
            except FileNotFoundError:
                return None
            except (ValueError, TypeError):
                # Only words for people are lost: the lock itself does not depend on this file.
                return _UNKNOWN
