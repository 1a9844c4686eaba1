"""`reconciler confirm`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.lock import locked
from reconciler.cli.progress import progress
from reconciler.confirm import attest, disown
from reconciler.errors import ReconcilerError
from reconciler.resource import Address
from reconciler.session import connect


@click.command()
@click.argument("address")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--note", default="", help="What was done, for the ledger.")
@click.option("--forget", is_flag=True, help="The thing left the configuration and is no longer ours; nobody needs to delete it.")
def command(address: str, folder: Path, note: str, forget: bool) -> int:
    """Attest a task that nothing can read back. ADDRESS (kind/name) was done; or, with --forget, it is no longer ours."""
    try:
        target = Address.parse(address)
    except ValueError as error:
        raise ReconcilerError(f"{error}.") from error
    with connect(folder, os.environ) as session, locked(session):
        with progress() as report:
            plan, record = session.plan(report)
        (disown if forget else attest)(session, plan, record, target, note)
    click.echo(f"Recorded: {target} {'is no longer ours' if forget else 'was done'}.")
    return 0
