"""The lock, as commands that write take it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from reconciler.cli.log import listener
from reconciler.session import Session
from state.holder import Holder


@contextmanager
def locked(session: Session) -> Iterator[None]:
    """Hold the organization's lock. Raises LockedElsewhere, naming who holds it and since when."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    with session.backend.lock().acquire(Holder(session.person, platform.node(), os.getpid(), since, run="")) as gained:
        if gained.took_over_from:
            listener().message(f"The lock was left behind by {gained.took_over_from}, who is gone; going on.")
        yield
