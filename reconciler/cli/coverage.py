"""`reconciler coverage`."""

from __future__ import annotations

import os
from pathlib import Path

import click
import orjson

from reconciler.cli.options import folder as folder_argument
from reconciler.cli.progress import progress
from reconciler.coverage import coverage
from reconciler.licences.people import People
from reconciler.render import coverage as render
from reconciler.session import connect
from reconciler.wanted import wanted
from state.collector import collector_paused


@click.command(name="coverage")
@folder_argument
@click.option("--json", "form", flag_value="json", help="Print the numbers as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Print a Markdown table.")
def command(folder: Path, form: str | None) -> int:
    """Say how much of the live organization is under management. Per kind and service, in numbers and percent; changes nothing."""
    with progress() as report, connect(folder, os.environ) as session:
        record = session.backend.record()
        observed = session.observe(record, report, everything=True)
        with collector_paused():
            people = People(session.configuration.roster, session.pseudonyms)
            wants = wanted(session.configuration.desired, record, observed, people).items
            found = coverage(wants, record, observed, session.provider)
    match form:
        case "json":
            click.echo(orjson.dumps(render.document(found), option=orjson.OPT_INDENT_2))
        case "markdown":
            click.echo(render.markdown(found).encode())
        case _:
            click.echo(render.text(found))
    return 0
