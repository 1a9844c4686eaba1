"""`reconciler reveal`: offline, from the files and the organization's key."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import click

from reconciler.actor import who
from reconciler.cli.revision import at_revision
from reconciler.errors import ReconcilerError
from reconciler.load import Configuration, load
from reconciler.phrases import plain
from reconciler.pseudonyms import MARK, Pseudonyms
from reconciler.reveal import MASK, PSEUDONYM, Revealed, people, values
from reconciler.roster.desired import PERSON
from reconciler.roster.part import Roster
from reconciler.session import open_backend
from state.ledger import LedgerEntry

EVENT = "revealed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know: pseudonyms, masks of values, ids of people; or everybody."""

    pseudonyms: tuple[str, ...]
    masks: tuple[str, ...]
    ids: tuple[str, ...]
    everybody: bool


@click.command(name="reveal")
@click.argument("words", nargs=-1, metavar="[FOLDER] [PSEUDONYM]...")
@click.option("--all", "everybody", is_flag=True, help="Everybody in the files.")
@click.option("--person", "ids", multiple=True, metavar="ID", help="The other way: the pseudonym of this person_id. Repeatable.")
@click.option("--revision", default="", metavar="REV", help="Look into the files of this branch, tag or commit: for those who left since.")
@click.option("--yes", is_flag=True, help="Even where no terminal shows it: names go into a file, a pipe or a log.")
def command(words: tuple[str, ...], ids: tuple[str, ...], revision: str, *, everybody: bool, yes: bool) -> int:
    """Say who is behind pseudonyms, for who holds the key. That is the secret which privacy.key names.

    A PSEUDONYM of plans, records and ledgers is p-…; what stands for a value, #…, is looked up as well (in quotes). That it was done
    goes into the ledger, with pseudonyms and without names.
    """
    folder, asked = _asked(words, ids, everybody=everybody)
    if not (yes or sys.stdout.isatty()):
        raise ReconcilerError(
            "Names are shown on a terminal only, and this is none: they would stay in a file, a pipe or a log.",
            "Say --yes if that is meant.",
        )
    configuration = load(folder)
    pseudonyms = Pseudonyms.of_settings(configuration.settings, folder, os.environ)
    with at_revision(folder, revision) as then:
        roster = load(then, configuration.today, configuration.opener.around).roster if revision else configuration.roster
    return _reveal(asked, configuration, roster, pseudonyms)


def _asked(words: Sequence[str], ids: tuple[str, ...], *, everybody: bool) -> tuple[Path, Asked]:
    known = [word.removeprefix(f"{PERSON}/") for word in words]
    placed = bool(words) and not known[0].startswith((MARK, "#"))
    folder, rest = (Path(words[0]), known[1:]) if placed else (Path(), known)
    for word in rest:
        if not _meant(word):
            raise click.UsageError("A pseudonym is p- and twelve letters and digits, a masked value # and ten, in quotes.")
    asked = Asked(
        tuple(word for word in rest if PSEUDONYM.fullmatch(word)), tuple(word for word in rest if MASK.fullmatch(word)), ids, everybody
    )
    if not (rest or ids or everybody):
        raise click.UsageError("Give pseudonyms, --person ID, or --all.")
    return folder, asked


def _meant(word: str) -> bool:
    return bool(PSEUDONYM.fullmatch(word) or MASK.fullmatch(word))


def _reveal(asked: Asked, configuration: Configuration, roster: Roster, pseudonyms: Pseudonyms) -> int:
    named = dict(zip(pseudonyms.all(PERSON, asked.ids), asked.ids, strict=True))
    wanted = {*asked.pseudonyms, *named}
    found = people(roster, pseudonyms, None if asked.everybody else wanted)
    told = values(roster, pseudonyms, asked.masks)
    _remember(configuration, [*(name for name in found if not asked.everybody), *(named.keys() - found.keys()), *told], len(found))
    _print(found.values(), [f"{mask}  {told[mask]}" for mask in told])
    for name, person in named.items():
        if name not in found:
            click.echo(f"{name}  {plain(person)}, who is not in the files")
    missing = [word for word in (*asked.pseudonyms, *asked.masks) if word not in found and word not in told]
    if missing:
        hint = "Who left since is in an earlier revision (--revision); another key (privacy.key) makes other pseudonyms."
        raise ReconcilerError(f"Nobody in these files is behind {', '.join(missing)}.", hint)
    return 0


def _print(found: Iterable[Revealed], told: Iterable[str]) -> None:
    for line in (*map(str, found), *told):
        click.echo(plain(line))


def _remember(configuration: Configuration, names: Sequence[str], count: int) -> None:
    """Before anything is shown: nobody sees a name of which the ledger does not know."""
    what: dict[str, object] = {"people": count, "kind": PERSON, "names": sorted(names)}
    entry = LedgerEntry(uuid4().hex[:12], EVENT, who(configuration.folder, os.environ), what)
    open_backend(configuration).ledger().append([entry])
