"""`reconciler comment`: a step of CI."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.options import forge as forge_option
from reconciler.comment import close_issue, post_failure, post_issue, post_outcome, post_plan
from reconciler.errors import ReconcilerError
from reconciler.forge import FORGES
from reconciler.render.document import load_plan


@click.command(name="comment")
@forge_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--failed", is_flag=True, help="FILE is what `reconciler plan` said when it could make none.")
@click.option("--applied", is_flag=True, help="FILE is what `reconciler apply` said of the plan that was merged.")
@click.option("--issue", "title", default="", metavar="TITLE", help="Write the Markdown in FILE to the open issue of this title.")
@click.option("--close", is_flag=True, help="Close the issue: what it was about is over.")
def command(forge: str, file: Path | None, failed: bool, applied: bool, title: str, close: bool) -> int:
    """Show a saved plan, and what became of it, on a pull request. For jobs of CI.

    One comment each, or one issue, which is written over when there is news.
    FILE is a saved plan, unless an option says otherwise.
    """
    if close != (file is None) or (close and not title) or sum((failed, applied, bool(title))) > 1:
        raise click.UsageError("Give a FILE; or --issue TITLE --close without one.")
    there = FORGES[forge](os.environ)
    if file is None:
        click.echo("The issue is closed." if close_issue(there, title) else "No such issue is open.")
        return 0
    if title:
        post_issue(there, title, _read(file))
    elif failed:
        post_failure(there, _read(file))
    elif applied:
        if not post_outcome(there, _read(file)):
            click.echo("No merged pull request brought this commit, so there is none to tell.")
            return 0
    else:
        post_plan(there, load_plan(file))
    click.echo("Written.")
    return 0


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}.", "Has the step before this one written it?") from None
