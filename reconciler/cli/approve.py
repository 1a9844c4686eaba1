"""`reconciler approve`: offline."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.actor import who
from reconciler.cli.options import folder
from reconciler.cli.output import say
from reconciler.consent import approve, approvers, people_needed
from reconciler.load import load
from reconciler.render import text
from reconciler.render.document import load_plan
from reconciler.session import open_backend


@click.command()
@click.argument("plan", type=click.Path(path_type=Path, dir_okay=False))
@folder
@click.option("--note", default="", help="What you looked at, for the ledger.")
def command(plan: Path, folder: Path, note: str) -> int:
    """Say that you have looked at the saved PLAN and want it applied. Goes into the ledger under your name: commit it.

    Which changes need several people is a matter of `consents:` in reconciler.yaml.
    """
    configuration = load(folder)
    saved, ledger = load_plan(plan), open_backend(configuration).ledger()
    say(text.render(saved))
    approve(saved, ledger, who(folder, os.environ), note)
    count, needed = len(approvers(saved, ledger)), people_needed(saved, configuration.settings.consents)
    missing = f"{needed - count} more must." if count < needed else "It may be applied."
    say(f"Approved by {count}. {missing}")
    return 0
