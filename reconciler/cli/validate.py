"""`reconciler validate`: check the files, offline."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.failure import print_diagnostics
from reconciler.cli.options import folder as folder_argument
from reconciler.diagnostic import Severity
from reconciler.errors import ConfigurationError
from reconciler.examine import examine
from reconciler.load import load
from reconciler.validate import summary


@click.command(name="validate")
@folder_argument
def command(folder: Path) -> None:
    """Check the files, offline. It takes no account and sends no request; all errors are shown at once."""
    configuration = load(folder)
    found = examine(configuration)
    errors = [one for one in found if one.severity is Severity.ERROR]
    print_diagnostics([*configuration.warnings, *(one for one in found if one.severity is not Severity.ERROR)])
    if errors:
        raise ConfigurationError(errors)
    for line in summary(configuration):
        click.echo(line)
