"""What the simulator's commands share: the argument FILE, the organization in it, and files that only their owner may read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import click

from providers.simulator.tenant import Tenant

P = ParamSpec("P")

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


def existing(file: Path) -> Tenant:
    """Open an organization that is there; ClickException, with what to do, if there is none."""
    if not file.exists():
        raise click.ClickException(f"There is no organization in {file}. Make one with: reconciler simulator seed {file}")
    return Tenant.open(file)


def on_tenant(name: str) -> Callable[[Callable[Concatenate[Tenant, P], None]], click.Command]:
    """Makes a command of what is done to the organization in FILE, its first argument."""

    def command(act: Callable[Concatenate[Tenant, P], None]) -> click.Command:
        @wraps(act)
        def run(file: Path, *args: P.args, **kwargs: P.kwargs) -> int:
            with existing(file) as tenant:
                act(tenant, *args, **kwargs)
            return 0

        return click.command(name)(FILE(run))

    return command


def out_option(help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # Any: click decorates every sort of function
    """The option --out: the file that a command writes."""
    return click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help=help_text)


def keep_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read."""
    file.touch(mode=0o600)
    file.write_bytes(content)
