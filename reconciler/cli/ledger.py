"""`reconciler ledger`: offline."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
import orjson

from reconciler.cli.log import listener
from reconciler.load import load
from reconciler.render.summary import plain
from reconciler.session import open_backend
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
@click.option("--json", "as_json", is_flag=True, help="Print the lines as they are.")
def command(words: tuple[str, ...], text: str, since: str, until: str, run: str, as_json: bool) -> int:
    """Search and verify the history of what was done. `verify` makes sure that nobody has changed it.

    FOLDER is the configuration folder (write ./verify for one that is called verify).
    """
    verify, folder = _asked(words)
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
