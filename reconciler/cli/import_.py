"""`reconciler import`: a live organization into files."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.adopt import Adoption, File, adopt
from reconciler.cli.options import folder as folder_argument
from reconciler.cli.progress import progress
from reconciler.kinds import KINDS
from reconciler.phrases import plain
from reconciler.session import connect
from reconciler.unread import by_reason


@click.command(name="import")
@folder_argument
@click.option("--rules", is_flag=True, help="Write a match, or assignments, instead of a list where it means exactly these devices today.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    help="The zip (or folder) of the last roster upload, within FOLDER: it becomes the roster, if it is what Apple has.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
@click.option("--force", is_flag=True, help="Add lines even to files that git could not bring back.")
def command(folder: Path, *, rules: bool, roster: Path | None, dry_run: bool, force: bool) -> int:
    """Write what is live and not in the files yet. The plan right after has nothing to send, only to record.

    Needs a reconciler.yaml that says how to reach the organization. What the files have already stays as it is, to the byte. What cannot be
    written down is counted, with the reason: a roster, for example, comes only with the zip of its last upload, as Apple does not tell all
    that an upload needs.
    """
    with progress() as report, connect(folder, os.environ) as session:
        adoption = adopt(session, report, rules=rules, roster=roster)
    if not dry_run:
        if not force:
            adoption.check_saved()
        adoption.write()
    _tell(adoption, dry_run=dry_run)
    return 0


def _tell(adoption: Adoption, *, dry_run: bool) -> None:
    for file in adoption.files:
        done = ("Would write" if file.before is None else "Would extend") if dry_run else "Wrote" if file.before is None else "Extended"
        click.echo(f"{done} {plain(file.name)}: {file.added}")
        if dry_run and file.personal:
            click.echo("    (it names people by their ids, so it is not shown)")
        elif dry_run and not file.name.endswith(".csv"):
            click.echo("".join(f"    {line}\n" for line in _added(file)), nl=False)
    for kind, omitted in adoption.gathered.omitted:
        click.echo(f"Left out: {omitted.count:,} {kind.noun[omitted.count != 1]}: {plain(omitted.why)}")
    for why, kinds in by_reason(adoption.gathered.unread).items():
        click.echo(f"Not read: {', '.join(kind.noun[1] for kind in kinds)}: {why}")
    if not adoption.files:
        click.echo("Nothing to write: all that can be written down is in the files.")
        return
    count = ", ".join(f"{number:,} {KINDS[kind].noun[number != 1]}" for kind, number in adoption.count.items())
    click.echo(f"{'Would adopt' if dry_run else 'Adopted'} {count}.")
    if not dry_run:
        click.echo("Next: reconciler plan shows that nothing would be sent; reconciler apply records that these are yours.")


def _added(file: File) -> list[str]:
    """The lines that a file gains; what was there before stays."""
    before, after = ((content or b"").decode("utf-8-sig").splitlines() for content in (file.before, file.after))
    start = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    return after[start : start + len(after) - len(before)]
