"""`--log json`: one JSON object a line on stderr, and nothing else there."""

from __future__ import annotations

from collections.abc import Iterable

import click

from reconciler.cli.people import People
from reconciler.diagnostic import Diagnostic
from reconciler.errors import ReconcilerError
from reconciler.outcome import Done
from reconciler.phrases import plain
from reconciler.provider import Notice
from reconciler.render.log import EndLine, ErrorLine, LogLine, MessageLine, encode, finding_line, progress_line, step_lines
from state.errors import StateError


class Machines(People):
    """Tells machines, who do not see what standard output says."""

    def message(self, text: str) -> None:
        """See People."""
        _write([MessageLine(text=plain(text).strip())])

    def finding(self, finding: Diagnostic) -> None:
        """See People."""
        _write([finding_line(finding)])

    def error(self, error: ReconcilerError | StateError, exit_code: int) -> None:
        """See People."""
        _write([ErrorLine(sort=type(error).__name__, message=error.message, hint=error.hint, exit_code=exit_code)])

    def misuse(self, error: click.ClickException) -> None:
        """See People."""
        _write([ErrorLine(sort="Usage", message=error.format_message(), hint="", exit_code=ReconcilerError.exit_code)])

    def progress(self, notice: Notice) -> None:
        """Tell of a notice."""
        _write([progress_line(notice)])

    def step(self, run: str, done: Done) -> None:
        """See People."""
        _write(step_lines(run, done))

    def end(self, exit_code: int) -> None:
        """See People."""
        _write([EndLine(exit_code=exit_code)])


def _write(lines: Iterable[LogLine]) -> None:
    for line in lines:
        click.echo(encode(line), err=True, nl=False)
