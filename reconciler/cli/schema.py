"""`reconciler schema`: write the JSON Schemas that editors use, or check that they are up to date."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.errors import ReconcilerError
from reconciler.schema import CONFIG, outdated, write


@click.command(name="schema")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(".schemas"), help="The folder, default .schemas.")
@click.option("--check", is_flag=True, help="Write nothing; fail if a schema is missing or out of date.")
def command(out: Path, *, check: bool) -> None:
    """Write the JSON Schemas that editors use. They complete and check the files while you type.

    Begin each YAML file with this line, with the path from that file to the folder:

    # yaml-language-server: $schema=.schemas/config.schema.json
    """
    if check:
        stale = list(outdated(out))
        if stale:
            raise ReconcilerError(f"Out of date in {out}: {', '.join(stale)}.", f"Run: reconciler schema --out {out}")
        click.echo(f"The schemas in {out} are up to date.")
        return
    written = write(out)
    click.echo(f"Wrote {len(written)} schemas to {out}. First line of each YAML file: # yaml-language-server: $schema={out / CONFIG}")
