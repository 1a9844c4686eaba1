"""`reconciler fmt`: the canonical layout, offline."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import click

from reconciler.cli.failure import print_diagnostics
from reconciler.cli.options import folder as folder_argument
from reconciler.diagnostic import Severity
from reconciler.errors import ReconcilerError
from reconciler.format import Formatted, format_folder
from state.files import replace_file


@click.command(name="fmt")
@folder_argument
@click.option("--check", is_flag=True, help="Write nothing; fail if a file is not laid out so.")
@click.option("--diff", "show", is_flag=True, help="Write nothing; show what would change, line by line.")
def command(folder: Path, *, check: bool, show: bool) -> int:
    """Lay out the files canonically, comments kept. What they mean never changes.

    Two spaces a level, keys in the order of the schema, quotes only where they are needed, the schema line on top. CSV files stay as
    they are. Files with errors are named and left alone.
    """
    layout = format_folder(folder)
    changed = layout.changed
    print_diagnostics(layout.errors)
    for file in changed:
        if show:
            click.echo(_diff(file), nl=False)
        elif check:
            click.echo(f"{file.name}: not in the canonical layout")
        else:
            replace_file(folder / file.name, [file.after.encode()])
            click.echo(f"{file.name}: laid out anew")
    left = sorted({error.source.file for error in layout.errors if error.source and error.severity is Severity.ERROR})
    if left:
        raise ReconcilerError(f"Left as they are: {', '.join(left)}.", "Correct what is said above, then run it again.")
    if check and changed:
        raise ReconcilerError("Some files are not in the canonical layout.", "Run: reconciler fmt")
    if not changed:
        click.echo(f"All {len(layout.files):,} files are in the canonical layout.", err=show)
    return 0


def _diff(file: Formatted) -> str:
    before, after = (text.splitlines(keepends=True) for text in (file.before, file.after))
    lines = (line if line.endswith("\n") else f"{line}\n" for line in unified_diff(before, after, file.name, file.name))
    return "".join(lines)
