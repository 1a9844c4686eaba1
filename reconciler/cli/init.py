"""`reconciler init`: a configuration repository in one command."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler.cli.options import folder as folder_argument
from reconciler.errors import ReconcilerError
from reconciler.phrases import plain
from reconciler.starter import SCHEMA_FOLDER, Answers, StarterFile, installed_from, starter, write


@click.command(name="init")
@folder_argument
@click.option("--school", default="", metavar="NAME", help="The name of the school or district; asked for if left out.")
@click.option("--time-zone", default="", metavar="ZONE", help="Where its days begin, such as Europe/Berlin; asked for if left out.")
@click.option("--site", "sites", multiple=True, metavar="NAME", help="A school of a district, for a folder of its own. Repeatable.")
@click.option(
    "--install",
    default=installed_from,
    metavar="REQUIREMENT",
    help="How CI installs reconciler, as pip takes it; without it, from where this one came, if that can be told.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; list the files.")
def command(folder: Path, school: str, time_zone: str, sites: tuple[str, ...], install: str, *, dry_run: bool) -> int:
    """Make a configuration repository, with workflows for CI. The files explain themselves; editors and GitHub or GitLab are set up.

    Begins as a rehearsal against a pretend Apple School Manager, so that validate and plan work at once. A file that is there already
    stays as it is.
    """
    school = school or _asked("Name of the school or district", "--school")
    time_zone = time_zone or _asked("Time zone, such as Europe/Berlin", "--time-zone")
    files = starter(folder, Answers(school, time_zone, sites, install))
    if not dry_run:
        write(folder, files)
    _tell(files, dry_run=dry_run)
    if not install:
        click.echo("CI does not know yet where to install reconciler from: say so in requirements.txt.")
    if not dry_run:
        where = "" if folder == Path() else f" {plain(str(folder))}"
        click.echo(f"Next: read README.md, then: reconciler validate{where}; reconciler plan{where}")
    return 0


def _asked(question: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise ReconcilerError(f"There is no terminal to ask on: {question}?", f"Say it with {option}.")
    answer: str = click.prompt(question)
    return answer


def _tell(files: list[StarterFile], *, dry_run: bool) -> None:
    for file in files:
        if not file.name.startswith(f"{SCHEMA_FOLDER}/"):
            done = "Kept as it is" if file.kept else "Would write" if dry_run else "Wrote"
            click.echo(f"{done}: {file.name}")
    schemas = [file for file in files if file.name.startswith(f"{SCHEMA_FOLDER}/")]
    new = sum(not file.kept for file in schemas)
    click.echo(f"{'Would write' if dry_run else 'Wrote'}: {new} of {len(schemas)} schemas for editors in {SCHEMA_FOLDER}/")
