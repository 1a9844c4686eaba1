"""`reconciler seal`: files that git may keep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.cli.log import listener
from reconciler.errors import ReconcilerError
from reconciler.load import load_settings
from reconciler.load.files import MAIN, configuration_above
from reconciler.repository import tracked
from reconciler.sealed import ENDING, is_sealed, seal
from state.files import replace_file


@click.command(name="seal")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE...")
@click.option("--recipient", "recipients", multiple=True, metavar="KEY", help="age1…, or a public SSH key. Repeatable.")
@click.option("--armor", is_flag=True, help="Write text instead of bytes.")
def command(files: tuple[Path, ...], recipients: tuple[str, ...], *, armor: bool) -> int:
    """Seal files of people, so that git may keep them. Each FILE becomes FILE.age, which the configuration reads in its place.

    Without --recipient they are sealed for those whom reconciler.yaml names under privacy: recipients:.
    """
    sealed = {file: _sealed(file, recipients or _recipients(file), armor=armor) for file in files}
    for file, content in sealed.items():
        target = file.with_name(file.name + ENDING)
        replace_file(target, [content])
        click.echo(f"Sealed {file} as {target}.")
    _tell(list(sealed))
    return 0


def _recipients(file: Path) -> Sequence[str]:
    folder = configuration_above(file)
    found = load_settings(folder).privacy.recipients if folder else ()
    if not found:
        hint = f"Name recipients in {MAIN}, privacy: {{recipients: [age1…]}}, or give --recipient."
        raise ReconcilerError(f"Nobody is named who could open {file} again.", hint)
    return found


def _sealed(file: Path, recipients: Sequence[str], *, armor: bool) -> bytes:
    if is_sealed(file.name):
        raise ReconcilerError(f"{file} is sealed already.", "To change it: reconciler unseal, then seal it again.")
    if file.name == MAIN:
        raise ReconcilerError(f"{MAIN} says how the others are opened, so it stays plain.", "People belong into other files.")
    return seal(file.read_bytes(), recipients, armored=armor)


def _tell(files: Sequence[Path]) -> None:
    names = " ".join(map(str, files))
    click.echo(f"Delete the plain one, and keep it out of git: rm {names}; add it to .gitignore.")
    kept = [str(file) for file in files if tracked(file.parent, [file.name])]
    if kept:
        listener().message(f"git has {', '.join(kept)} already, and its history keeps what was in there: sealing does not change that.")
