"""`reconciler ledger`: offline."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
import orjson

from reconciler.load import load
from reconciler.session import open_backend
from state.ledger import LedgerLine


@click.group(invoke_without_command=True)
@click.option("--folder", "-C", type=click.Path(path_type=Path), default=".", help="The configuration folder.")
@click.option("--text", default="", help="Lines that hold this text: a serial, a person's login, a run, an activity id.")
@click.option("--since", default="", help="From this ISO date on.")
@click.option("--until", default="", help="Up to this ISO date.")
@click.option("--run", default="", help="One run.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as they are.")
@click.pass_context
def command(context: click.Context, folder: Path, text: str, since: str, until: str, run: str, as_json: bool) -> int:
    """Search the history of what was done, or `verify` that nobody has changed it."""
    context.obj = folder
    if context.invoked_subcommand:
        return 0
    for line in open_backend(load(folder)).ledger().search(text=text, run=run, since=since, until=until):
        click.echo(orjson.dumps(asdict(line)).decode() if as_json else _line(line))
    return 0


@command.command()
@click.pass_obj
def verify(folder: Path) -> int:
    """Recompute the hash chain; name the first broken line, if any."""
    count = open_backend(load(folder)).ledger().verify()
    click.echo(f"The ledger is whole: {count:,} lines, each chained to the one before.")
    return 0


def _line(line: LedgerLine) -> str:
    who = line.who.get("actor") or line.who.get("user", "")
    commit = f" at {line.who['commit'][:12]}" if line.who.get("commit") else ""
    return f"{line.n:>5}  {line.at[:16].replace('T', ' ')} UTC  {who}{commit}  run {line.run}  {line.event}: {_what(line.what)}"


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
