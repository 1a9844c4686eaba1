"""Arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])  # Any: whatever a command takes

folder = click.argument("folder", type=click.Path(path_type=Path), default=".")
targets = click.option("--target", "targets", multiple=True, metavar="ADDRESS", help="Only this address, kind, or kind/entry. Repeatable.")
excludes = click.option(
    "--exclude", "excludes", multiple=True, metavar="ADDRESS", help="Not this address, kind, or kind/entry. Repeatable."
)
_GITHUB = click.option("--github", "forge", flag_value="github", required=True, help="In a job of GitHub Actions.")
_GITLAB = click.option("--gitlab", "forge", flag_value="gitlab", help="In a job of GitLab CI.")


def forge(command: _Command) -> _Command:
    """Which forge runs this job: one of two options."""
    return _GITHUB(_GITLAB(command))
