"""`reconciler reviewed`: a step of CI."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.options import forge as forge_option
from reconciler.comment import check_shown, reviewed
from reconciler.forge import FORGES
from reconciler.render.document import load_plan
from state.files import replace_file


@click.command(name="reviewed")
@forge_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where to put the plan.")
def command(forge: str, out: Path) -> int:
    """Fetch the plan that was reviewed, in a CI job. It is the one that the pull request showed which brought the job's commit.

    Exit code: 0 here it is, 5 there is none, or it is not the plan of what was merged.
    """
    shown, content = reviewed(FORGES[forge](os.environ))
    replace_file(out, [content], mode=0o600)
    try:
        check_shown(load_plan(out), shown)
    except BaseException:
        out.unlink()
        raise
    click.echo(f"Plan {shown.digest[:12]}, reviewed at commit {shown.head[:12]}: {out}")
    return 0
