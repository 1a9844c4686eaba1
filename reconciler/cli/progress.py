"""Progress for eyes: live on a terminal, silent when piped. Nothing below this knows about terminals."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

from reconciler.provider import Notice, Report
from reconciler.render.summary import duration


@contextmanager
def progress() -> Iterator[Report]:
    """A report that shows the latest notice in one live line on stderr, or does nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield _quiet
        return
    with Console(stderr=True).status("Starting …") as status:
        yield lambda notice: _show(status, notice)


def _quiet(notice: Notice) -> None:
    del notice


def _show(status: Status, notice: Notice) -> None:
    count = f" {notice.done:,} of {notice.total:,}" if notice.total else ""
    wait = f" (waiting {duration(notice.wait)} for Apple's rate limit)" if notice.wait else ""
    status.update(f"{notice.text}{count}{wait}")
