"""`reconciler roster`: make the upload of people and classes, and judge one that others made."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from reconciler.cli.failure import print_diagnostics
from reconciler.cli.options import folder as folder_argument
from reconciler.diagnostic import Severity
from reconciler.errors import ConfigurationError, ReconcilerError
from reconciler.load import load, read_upload
from reconciler.roster.counts import lines
from reconciler.roster.write import to_zip
from state.files import replace_file


@click.group(name="roster")
def command() -> None:
    """Check people and classes, and write the zip that Apple takes.

    It holds six CSV files and is uploaded by SFTP, with the credentials that Apple School Manager shows. Nothing is sent from here.
    """


@command.command()
@folder_argument
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The zip to write.")
def build(folder: Path, out: Path) -> None:
    """Check the roster of a configuration and write the zip that Apple accepts. Nothing is sent."""
    configuration = load(folder)
    print_diagnostics(configuration.warnings)
    if not configuration.roster:
        raise ReconcilerError("This configuration has no people and no classes.", "Declare them, or name exports under roster: sources:.")
    content = to_zip(configuration.roster)
    replace_file(out, [content], mode=0o600)  # for its owner alone: it holds children's names
    for line in lines(configuration.roster):
        click.echo(line)
    click.echo(f"Wrote {out}, {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


@command.command()
@click.argument("upload", type=click.Path(path_type=Path), metavar="FOLDER_OR_ZIP")
def check(upload: Path) -> None:
    """Judge a folder or zip of Apple's six CSV files that is to be uploaded as it stands. Needs no configuration."""
    roster, findings = read_upload(upload)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    warnings = [finding for finding in findings if finding.severity is Severity.WARNING]
    print_diagnostics(warnings)
    if errors:
        raise ConfigurationError(errors)
    click.echo(f"{upload}: Apple accepts files like these.")
    for line in lines(roster):
        click.echo(line)
