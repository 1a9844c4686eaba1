"""Tells people on stderr what they do not read on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconciler.diagnostic import Diagnostic  # brings pydantic, 120 ms that `--help` has no use for
    from reconciler.errors import ReconcilerError
    from reconciler.outcome import Done
    from state.errors import StateError


class People:
    """Tells people."""

    def message(self, text: str) -> None:
        """Say a sentence."""
        click.echo(text, err=True)

    def finding(self, finding: Diagnostic) -> None:
        """Tell of one finding."""
        click.echo(str(finding), err=True)

    def error(self, error: ReconcilerError | StateError, exit_code: int) -> None:
        """Tell what stopped the command, and what to do."""
        del exit_code  # the shell tells it
        stop = "" if error.message.endswith((".", "?")) else "."
        click.echo(f"{click.style('Error:', fg='red', bold=True)} {error.message}{stop}", err=True)
        if error.hint:
            click.echo(error.hint[0].upper() + error.hint[1:], err=True)

    def misuse(self, error: click.ClickException) -> None:
        """Tell what is wrong with the command line."""
        error.show()

    def step(self, run: str, done: Done) -> None:
        """What became of a step: people read it on standard output."""

    def end(self, exit_code: int) -> None:
        """The command has ended: people see it."""
