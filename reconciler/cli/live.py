"""Progress on a terminal: a live line on stderr for what is being done, and one below it for waits, time left and budget."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from reconciler.provider import Notice, Report
from reconciler.render.progress import Standing


class _Live(Progress):
    def __init__(self, console: Console) -> None:
        self._standing = Standing()
        what = TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis"))
        # What rich takes from standard output it shows on stderr's terminal: right where both are one, a loss where output goes to a file.
        both = sys.stdout.isatty()
        columns = (SpinnerColumn(), what, BarColumn(bar_width=20), TimeElapsedColumn())
        super().__init__(*columns, console=console, transient=True, redirect_stdout=both)
        self._task = self.add_task(self._standing.action(), total=None)

    def get_renderables(self) -> Iterable[RenderableType]:
        """See rich: the table, and what else there is to know."""
        yield self.make_tasks_table(self.tasks)
        remaining = self.tasks[0].time_remaining if self.tasks else None
        if words := " · ".join(self._standing.details(remaining)):
            yield Text(f"  {words}", style="dim", no_wrap=True, overflow="ellipsis")

    def take(self, notice: Notice) -> None:
        """See Report."""
        before = self._standing.doing
        self._standing.take(notice)
        doing = self._standing.doing
        if doing.text != before.text:  # or the time left would be told by the pace of something else
            self.reset(self._task, total=doing.total)
        self.update(self._task, description=escape(self._standing.action()), total=doing.total, completed=doing.done or 0)


@contextmanager
def live() -> Iterator[Report]:
    """A report that a terminal shows until its end; then nothing of it is left."""
    with _Live(Console(stderr=True)) as shown:
        yield shown.take
