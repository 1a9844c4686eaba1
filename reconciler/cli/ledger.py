"""`reconciler ledger`: offline."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import orjson

from reconciler.cli.log import listener
from reconciler.load import load
from reconciler.pseudonyms import Pseudonyms
from reconciler.render.summary import plain
from reconciler.requests import OPEN, Request, requests
from reconciler.session import open_backend
from reconciler.veil import veiled
from state.ledger import LedgerLine

_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?")


def _moment(context: click.Context, option: click.Parameter, value: str) -> str:
    del context, option
    if value and not _MOMENT.fullmatch(value):
        raise click.BadParameter(f'"{value}" is not an ISO date; write for example 2026-11-23 or 2026-11.')
    return value


@click.command()
@click.argument("words", nargs=-1, metavar="[verify] [FOLDER]")
@click.option("--text", default="", help="Lines that hold this text: a serial, a person's login, a run, an activity id.")
@click.option("--since", default="", metavar="DATE", callback=_moment, help="From this ISO date on (UTC); 2026-11 is a month.")
@click.option("--until", default="", metavar="DATE", callback=_moment, help="Up to this ISO date, included.")
@click.option("--run", default="", help="One run.")
@click.option("--inspections", is_flag=True, help="Inspections and new credentials instead of lines: open ones and how the others ended.")
@click.option("--requester", default="", help="With --inspections: asked for by this key, id or pseudonym.")
@click.option("--account", default="", help="With --inspections: of this key, id or pseudonym.")
@click.option("--open/--completed", "unfinished", default=None, help="With --inspections: only those.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as they are.")
def command(
    words: tuple[str, ...],
    text: str,
    since: str,
    until: str,
    run: str,
    inspections: bool,
    requester: str,
    account: str,
    unfinished: bool | None,
    as_json: bool,
) -> int:
    """Search and verify the history of what was done. `verify` makes sure that nobody has changed it.

    FOLDER is the configuration folder (write ./verify for one that is called verify).
    """
    verify, folder = _asked(words)
    if inspections:
        return _inspections(folder, _Wanted(requester, account, since, until, unfinished), as_json)
    if requester or account or unfinished is not None:
        raise click.UsageError("--requester, --account, --open and --completed go with --inspections.")
    ledger = open_backend(load(folder)).ledger()
    if verify:
        count = ledger.verify()
        said = (
            f"is whole: {count:,} line{'s' * (count != 1)}, each chained to the one before" if count else "is empty: nothing was done yet"
        )
        click.echo(f"The ledger {said}.")
        return 0
    silent = True
    for line in ledger.search(text=text, run=run, since=since, until=until):
        click.echo(orjson.dumps(asdict(line)) if as_json else _line(line))
        silent = False
    if silent:
        listener().message("The ledger has no such lines.")
    return 0


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which requests are asked for; what is empty is not asked."""

    requester: str
    account: str
    since: str
    until: str
    unfinished: bool | None

    def has(self, request: Request, who: Callable[[str], str]) -> bool:
        """Whether a request is one of them."""
        return (
            (not self.requester or request.requester in (self.requester, who(self.requester)))
            and (not self.account or request.account in (self.account, who(self.account)))
            and request.begins[: len(self.since)] >= self.since
            and request.begins[: len(self.until)] <= (self.until or request.begins)
            and (self.unfinished is None or self.unfinished == (request.state == OPEN))
        )


def _inspections(folder: Path, wanted: _Wanted, as_json: bool) -> int:
    configuration = load(folder)
    settings = configuration.settings
    pseudonyms = Pseudonyms.of_settings(settings, folder, os.environ)
    desired = veiled(configuration.desired, pseudonyms, rehearsed=settings.connections.rehearsed)
    everything = requests(desired, open_backend(configuration).ledger().lines())
    found = [one for one in everything if wanted.has(one, lambda person: pseudonyms.of("person", person))]
    for one in found:
        click.echo(orjson.dumps(asdict(one) | {"address": str(one.address)}) if as_json else _request(one))
    if not found:
        click.echo("There are no such requests.", err=True)
    return 0


def _request(one: Request) -> str:
    values = ", ".join(f"{name} {value}" for name, value in one.what.items())
    ended = f" on {one.ended}" + (f" by {one.by}" if one.by else "") if one.ended else ""
    note = f": {plain(one.note)}" if one.note else ""
    return f"{one.address}  {one.state}{ended}{note}  ({plain(values)})"


def _asked(words: tuple[str, ...]) -> tuple[bool, Path]:
    verify = words[:1] == ("verify",)
    folders = words[verify:]
    if len(folders) > 1:
        raise click.UsageError(f"Give one folder, not {len(folders)}.")
    return verify, Path(*folders)


def _line(line: LedgerLine) -> str:
    who = line.who.get("actor") or line.who.get("user", "")
    commit = f" at {line.who['commit'][:12]}" if line.who.get("commit") else ""
    return f"{line.n:>5}  {line.at[:16].replace('T', ' ')} UTC  {who}{commit}  run {line.run}  {line.event}: {plain(_what(line.what))}"


def _what(what: dict[str, object]) -> str:
    outcomes = what.get("outcomes")
    if not isinstance(outcomes, list):
        return ", ".join(f"{key} {_text(value)}" for key, value in what.items() if value not in ("", []))
    counts: Counter[str] = Counter()
    for group in outcomes:
        counts[group["result"]] += len(group["names"])
    results = ", ".join(f"{count:,} {result}" for result, count in sorted(counts.items())) or "nothing to land"
    reference = f" (Apple's activity {what['reference']})" if what.get("reference") else ""
    return f"{what['title']}: {results}{reference}"


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
