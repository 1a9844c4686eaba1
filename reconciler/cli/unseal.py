"""`reconciler unseal`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.errors import ReconcilerError
from reconciler.load import Surroundings, load_settings
from reconciler.load.files import configuration_above
from reconciler.load.sealed import Opener
from reconciler.sealed import unseal
from state.files import replace_file


@click.command(name="unseal")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", required=True, metavar="FILE", help="Where to write what was sealed, for you alone; - for standard output.")
def command(file: Path, out: str) -> int:
    """Open a sealed file. The identity is the one that reconciler.yaml names (privacy: identity:), or RECONCILER_AGE_IDENTITY."""
    folder = configuration_above(file)
    setting = load_settings(folder).privacy.identity if folder else None
    opener = Opener(Surroundings(folder or Path(), os.environ), setting)
    try:
        content = unseal(file.read_bytes(), opener.identity())
    except ReconcilerError as error:
        raise ReconcilerError(f"{file}: {error.message}", error.hint) from None
    if out == "-":
        click.echo(content, nl=False)
    else:
        replace_file(Path(out), [content], mode=0o600)  # it holds children's names
        click.echo(f"Wrote {out}.")
    return 0
