"""Progress: live on a terminal; on a pipe a line where something takes long; for machines a line a notice."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from reconciler.cli.heartbeat import heartbeat
from reconciler.cli.live import live
from reconciler.cli.log import listener
from reconciler.cli.machines import Machines
from reconciler.provider import Notice, Report
from reconciler.render.progress import Standing

OFTEN = 1.0
"""Seconds between two lines for machines about the same thing."""


@contextmanager
def progress() -> Iterator[Report]:
    """A report for as long as something is being done."""
    told = listener()
    if isinstance(told, Machines):
        yield Steady(told.progress)
    elif sys.stderr.isatty():
        with live() as report:
            yield report
    else:
        with heartbeat(told.message) as report:
            yield report


class Steady:
    """A report that passes on complete notices, and of the same thing not more than one a second."""

    def __init__(self, pass_on: Callable[[Notice], None]) -> None:
        self._standing = Standing()
        self._pass_on = pass_on
        self._said, self._at = "", 0.0

    def __call__(self, notice: Notice) -> None:
        """See Report."""
        self._standing.take(notice)
        now = time.monotonic()
        ended = notice.total is not None and notice.done == notice.total
        if notice.text and (notice.text != self._said or notice.wait or ended or now - self._at >= OFTEN):
            self._said, self._at = notice.text, now
            self._pass_on(replace(notice, budget=self._standing.budget, stage=self._standing.stage))
