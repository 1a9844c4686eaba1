"""Progress for eyes: live on a terminal, silent when piped. Nothing below this knows about terminals."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from reconciler.provider import Notice, Report
from reconciler.render.summary import duration, plain


@contextmanager
def progress() -> Iterator[Report]:
    """A report that shows the latest notice in one live line on stderr, or does nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield _quiet
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), TimeElapsedColumn())
    # What rich takes from standard output it shows on stderr's terminal: right where both are one, a loss where output goes to a file.
    both = sys.stdout.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=both) as live:
        task = live.add_task("Starting …", total=None)
        yield lambda notice: _show(live, task, notice)


def _quiet(notice: Notice) -> None:
    del notice


def _show(live: Progress, task: TaskID, notice: Notice) -> None:
    """A wait keeps the bar where it was: nothing was lost, something is only not there yet."""
    count = f" {notice.done or 0:,} of {notice.total:,}" if notice.total else ""
    wait = f" ({duration(notice.wait)})" if notice.wait else ""
    live.update(task, description=escape(plain(f"{notice.text}{count}{wait}")))
    if notice.total:
        live.update(task, total=notice.total, completed=notice.done or 0)
