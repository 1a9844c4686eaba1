"""`reconciler plan`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.log import listener
from reconciler.cli.options import excludes, folder, targets
from reconciler.cli.progress import progress
from reconciler.errors import CHANGES_PENDING, GuardRefused, ReconcilerError
from reconciler.plan import Plan
from reconciler.render import markdown, text
from reconciler.render.document import save, written
from reconciler.selection import Selection
from reconciler.session import connect


@click.command()
@folder
@targets
@excludes
@click.option("--json", "form", flag_value="json", help="Print the plan as JSON (schemas/plan.schema.json).")
@click.option("--markdown", "form", flag_value="markdown", help="Print the plan as Markdown that fits a pull-request comment.")
@click.option("--all", "everything", is_flag=True, help="Show every name instead of five samples.")
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan for `reconciler apply --plan`.")
@click.option("--revert", default="", metavar="RUN", help="Plan the way back from this run, as the ledger tells it.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Write the plan as one web page that needs no network.")
@click.option("--strict", is_flag=True, help="Open tasks count as pending too.")
def command(
    folder: Path,
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
    form: str | None,
    everything: bool,
    out: Path | None,
    page: Path | None,
    revert: str,
    strict: bool,
) -> int:
    """Show what would change, what it costs and what a person must do. Changes nothing.

    Exit code: 0 nothing to apply, 2 changes pending, 4 refused by a guard, 1 and others: see the README.
    """
    with progress() as report, connect(folder, os.environ) as session:
        if revert and (targets or excludes):
            raise click.UsageError("A run is undone whole: leave out --target and --exclude.")
        selection = Selection(frozenset(targets), frozenset(excludes))
        plan = session.plan_undoing(revert, report) if revert else session.plan(report, selection)[0]
        unfinished = bool(session.in_flight())
    click.echo(_rendered(plan, form, everything))
    if out is not None:
        _save(plan, out)
    if page is not None:
        _write_page(plan, page)
    return exit_code(plan, pending=plan.pending or unfinished or (strict and bool(plan.tasks)))


def _rendered(plan: Plan, form: str | None, everything: bool) -> str | bytes:
    """What machines read is UTF-8, whatever letters the terminal has."""
    match form:
        case "json":
            return b"".join(written(plan)).rstrip()
        case "markdown":
            return markdown.render(plan).encode()
        case _:
            return text.render(plan, everything=everything)


def _save(plan: Plan, out: Path) -> None:
    try:
        save(plan, out)
    except OSError as error:
        raise ReconcilerError(f"The plan could not be saved to {out}: {error.strerror}.", "Choose another place with --out.") from error
    listener().message(f"Saved to {out}. Apply it with: reconciler apply --plan {out}")


def _write_page(plan: Plan, page: Path) -> None:
    from reconciler.render.html.page import render  # 45 ms of jinja2 that only --html needs to pay

    try:
        page.write_text(render(plan), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReconcilerError(f"The page could not be written to {page}: {error.strerror}.", "Choose another place with --html.") from error
    listener().message(f"Written to {page}. Any browser opens it.")


def exit_code(plan: Plan, *, pending: bool) -> int:
    """What the shell and CI are told of this plan; `pending`: apply has something to do, if only to look at what an earlier run sent."""
    if plan.errors:
        return ReconcilerError.exit_code
    if plan.refusals:
        return GuardRefused.exit_code
    return CHANGES_PENDING if pending else 0
