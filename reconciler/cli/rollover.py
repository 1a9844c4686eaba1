"""`reconciler rollover`: what a roster change would do, played on a pretend organization."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from reconciler.cli.options import folder as folder_argument
from reconciler.cli.output import say
from reconciler.cli.progress import progress
from reconciler.errors import GuardRefused, PartlyApplied, ReconcilerError
from reconciler.phrases import plain
from reconciler.rehearse import Rehearsed, rehearse
from reconciler.render.outcome import render_summary
from reconciler.render.summary import lines, totals
from reconciler.roster.copies import Copies
from reconciler.session import connect


@click.command()
@folder_argument
def command(folder: Path) -> int:
    """Rehearse the change of people and classes on a pretend organization.

    It says what would happen. Nothing real is touched.

    The pretend one gets the last accepted upload, then the present one, and its accounts and classes are read back.

    Exit code: 0 it would land whole, 4 the guards would refuse it, 7 some of it would not land.
    """
    with connect(folder, os.environ) as session:
        if session.configuration.settings.connections.roster_upload is None:
            raise ReconcilerError("This configuration uploads no roster.", "Give connections a section roster_upload.")
        copy = Copies(session.backend.scratch).accepted()
        with tempfile.TemporaryDirectory(prefix="rollover-") as scene, progress() as report:
            rehearsed = rehearse(session, copy, Path(scene), report)
    say("\n".join(_lines(rehearsed, first=not copy.digest)))
    if rehearsed.plan.refusals:
        return GuardRefused.exit_code
    return 0 if rehearsed.summary.complete and not rehearsed.after.changes else PartlyApplied.exit_code


def _lines(rehearsed: Rehearsed, *, first: bool) -> Iterator[str]:
    if first:
        yield "No upload of this machine is known, so this rehearses a first upload into an empty organization."
    yield f"Rehearsed: {totals(rehearsed.plan)}."
    yield from (f"  {line.symbol} {line.text}" for line in lines(rehearsed.plan))
    yield from (f"The guards would refuse it: {plain(refusal.message)}." for refusal in rehearsed.plan.refusals)
    yield render_summary(rehearsed.summary)
    yield f"A plan right after it: {totals(rehearsed.after)}."
