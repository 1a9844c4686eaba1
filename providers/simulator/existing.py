"""The argument FILE of the simulator's commands, and the organization in it."""

from __future__ import annotations

from pathlib import Path

import click

from providers.simulator.tenant import Tenant

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


def existing(file: Path) -> Tenant:
    """Open an organization that is there; ClickException, with what to do, if there is none."""
    if not file.exists():
        raise click.ClickException(f"There is no organization in {file}. Make one with: reconciler simulator seed {file}")
    return Tenant.open(file)
