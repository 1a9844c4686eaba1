"""`reconciler verify`: prove from a downloaded log what nothing reads back."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.lock import locked
from reconciler.cli.options import folder as folder_argument
from reconciler.errors import ConfigurationError, PartlyApplied, ReconcilerError
from reconciler.phrases import counted, plain, some
from reconciler.roster.activity_log import read_log
from reconciler.roster_proof import Verified, verify_roster
from reconciler.session import connect

SAMPLES = 10


@click.group(name="verify")
def command() -> None:
    """Prove from a downloaded log what nothing reads back."""


@command.command()
@folder_argument
@click.option(
    "--log", "file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The CSV from the portal's Activity list."
)
def roster(folder: Path, file: Path) -> int:
    """Settle a roster upload by Apple's own log of it.

    What Apple took is marked as proven; what it refused leaves the record, so that the next plan uploads it again.

    Exit code: 0 all taken, 7 Apple refused something.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}.", "Download it from Activity in the portal.") from None
    log, findings = read_log(content, str(file))
    if findings:
        raise ConfigurationError(findings)
    with connect(folder, os.environ) as session, locked(session):
        verified = verify_roster(session, log)
    click.echo("\n".join(_lines(verified)))
    return PartlyApplied.exit_code if verified.refused else 0


def _lines(verified: Verified) -> list[str]:
    if verified.earlier:
        lines = [f"This is the log of activity {verified.activity}, which began before our last upload: nothing was settled by it."]
    else:
        lines = [f"Activity {verified.activity}: Apple took {counted(verified.proven, 'thing')} of this roster."]
    if verified.closed:
        lines.append("Nobody had seen the end of this upload; now it is settled, and the next plan looks at everything again.")
    for word, addresses in verified.refused.items():
        lines.append(plain(f"Refused, {word}: {some(list(map(str, addresses)), SAMPLES)}"))
    if verified.refused and not verified.earlier:
        lines.append("What was refused is planned again: put it right in the files, then reconciler plan.")
    return lines
