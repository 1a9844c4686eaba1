"""`reconciler tasks`."""

from __future__ import annotations

import os
from pathlib import Path

import click
import orjson

from reconciler.cli.options import folder
from reconciler.cli.progress import progress
from reconciler.plan import Change, Plan
from reconciler.render.summary import lines
from reconciler.render.tasks import due, instructions, most_urgent
from reconciler.session import connect


@click.command()
@folder
@click.option("--json", "as_json", is_flag=True, help="Print the tasks as JSON.")
def command(folder: Path, as_json: bool) -> int:
    """List what a person must do in Apple's portal. Step by step; a task is ticked off by the next reading, or by `confirm`."""
    with progress() as report, connect(folder, os.environ) as session:
        plan, _ = session.plan(report)
    if as_json:
        click.echo(orjson.dumps([_plain(plan, task) for task in most_urgent(plan)], option=orjson.OPT_INDENT_2))
        return 0
    if not plan.tasks:
        click.echo("No open tasks.")
    for task in most_urgent(plan):
        said, when = lines(plan, [task])[0], due(plan, task)[1]
        click.echo(f"☐ {task.address}  {said.text}" + (f"  {when}" if when else ""))
        waits = f"Waits until {said.waits_for} is there. " if said.waits_for else ""
        click.echo(f"  {said.why}. {waits}{task.verdict.capability.reason}")
        for number, step in enumerate(instructions(task), 1):
            click.echo(f"  {number}. {step}")
        if task.verdict.capability.link:
            click.echo(f"  See {task.verdict.capability.link}")
    return 0


def _plain(plan: Plan, task: Change) -> dict[str, object]:
    how = task.verdict.capability
    return {
        "address": str(task.address),
        "verb": task.verdict.verb,
        "due": due(plan, task)[0],
        "waits_for": str(task.verdict.waits_for) if task.verdict.waits_for else None,
        "reason": how.reason,
        "steps": instructions(task),
        "link": how.link,
    }
