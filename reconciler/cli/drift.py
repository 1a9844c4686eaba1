"""`reconciler drift`."""

from __future__ import annotations

import os
from pathlib import Path

import click
import orjson

from reconciler.cli.options import folder as folder_argument
from reconciler.cli.progress import progress
from reconciler.drift import drifts
from reconciler.errors import CHANGES_PENDING
from reconciler.render.drift import View
from reconciler.session import connect


@click.command(name="drift")
@folder_argument
@click.option("--json", "form", flag_value="json", help="Print what drifted as JSON, every name included.")
@click.option("--markdown", "form", flag_value="markdown", help="Print what drifted as Markdown.")
def command(folder: Path, form: str | None) -> int:
    """Show what somebody changed behind our back. Compares what was last applied with what is live; edits of the files do not matter.

    Exit code: 0 no drift, 2 drift, 1 and others: see the README.
    """
    with progress() as report, connect(folder, os.environ) as session:
        record = session.backend.record()
        observed = session.observe(record, report)
        desired, zone = session.configuration.desired, session.configuration.settings.organization.time_zone
        found = drifts(desired, record, observed, session.provider.capability, session.in_flight())
    view = View(found, observed, zone)
    match form:
        case "json":
            click.echo(orjson.dumps(view.document(), option=orjson.OPT_INDENT_2))
        case "markdown":
            click.echo(view.markdown().encode())
        case _:
            click.echo(view.text())
    return CHANGES_PENDING if found.found else 0
