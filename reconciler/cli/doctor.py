"""`reconciler doctor`."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
import orjson

from reconciler.cli.options import folder as folder_argument
from reconciler.doctor.examination import examination
from reconciler.doctor.finding import Finding, Status
from reconciler.errors import ReconcilerError
from reconciler.phrases import plain

_COLOURS = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "red", Status.SKIP: "cyan"}


@click.command(name="doctor")
@folder_argument
@click.option("--read", is_flag=True, help="Also read as a plan does: it proves the permissions, and costs requests.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(folder: Path, read: bool, as_json: bool) -> int:
    """Look over everything that reconciler needs here, and say what to do. Changes nothing in the organization.

    Versions, files, secrets, state, git; and of each connection the network, the clock, the sign-in, what ends when, and the budget of
    requests. Without a network the rest is looked at all the same. Exit code: 0 nothing fails, 1 something does.
    """
    found = []
    for finding in examination(folder, os.environ, read=read):
        found.append(finding)
        if not as_json:
            click.echo(_line(finding))
    counts = Counter(finding.status for finding in found)
    if as_json:
        click.echo(
            orjson.dumps(
                {"findings": [asdict(one) for one in found], "counts": {str(status): count for status, count in counts.items()}},
                option=orjson.OPT_INDENT_2,
            )
        )
    else:
        click.echo(", ".join(f"{counts[status]} {status}" for status in Status if counts[status]) + ".")
    return ReconcilerError.exit_code if counts[Status.FAIL] else 0


def _line(finding: Finding) -> str:
    word = click.style(f"{finding.status:<4}", fg=_COLOURS[finding.status], bold=finding.status is Status.FAIL)
    todo = f"\n      → {plain(finding.todo)}" if finding.todo else ""
    return f"{word}  {finding.subject}: {plain(finding.says)}{todo}"
