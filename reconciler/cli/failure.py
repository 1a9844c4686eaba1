"""Errors as exit codes and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.log import listener
from reconciler.errors import ConfigurationError, Locked, ReconcilerError
from state.errors import LockedElsewhere, StateError

if TYPE_CHECKING:
    from reconciler.diagnostic import Diagnostic  # brings pydantic, 120 ms that `--help` has no use for


def report_failure(error: ReconcilerError | StateError) -> int:
    """Print the error to stderr and return the exit code."""
    if isinstance(error, ConfigurationError):
        print_diagnostics(error.diagnostics)
    exit_code = _exit_code(error)
    listener().error(error, exit_code)
    return exit_code


def _exit_code(error: ReconcilerError | StateError) -> int:
    if isinstance(error, LockedElsewhere):
        return Locked.exit_code
    return error.exit_code if isinstance(error, ReconcilerError) else ReconcilerError.exit_code


def print_diagnostics(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> None:
    """One finding a line, to stderr, in the order of the files."""
    for finding in sorted(diagnostics, key=lambda item: (item.source is None, item)):
        listener().finding(finding)
