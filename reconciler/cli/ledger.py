"""`reconciler ledger`: offline."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from reconciler.audit.chain import Checked, check
from reconciler.audit.export import Heading, write_page, write_table
from reconciler.audit.moments import local, period
from reconciler.audit.question import Question, answers, device
from reconciler.audit.rows import Row, rows
from reconciler.audit.signatures import GOOD, Brought, brought
from reconciler.cli import inspections
from reconciler.cli.log import listener
from reconciler.errors import ReconcilerError
from reconciler.load import Configuration, load
from reconciler.phrases import plain
from reconciler.pseudonyms import Pseudonyms
from reconciler.session import open_backend
from state.ledger import Ledger, LedgerLine

DEEDS = ("verify", "signatures")


@dataclass(frozen=True, slots=True)
class Output:
    """How to hand the answer on: as JSON, as a table or a page in a file, or as text."""

    as_json: bool
    table: Path | None
    page: Path | None
    signed: bool


@click.command()
@click.argument("words", nargs=-1, metavar="[verify|signatures] [FOLDER]")
@click.option("--text", default="", help="Lines that hold this text: an activity id, a title, a reason.")
@click.option(
    "--person", default="", metavar="ID", help="Lines about this person, by person_id. It is looked up by pseudonym, and not shown."
)
@click.option("--device", "serial", default="", metavar="SERIAL", help="Lines about this device.")
@click.option("--address", default="", metavar="KIND/NAME", help="Lines about this thing.")
@click.option("--actor", default="", metavar="NAME", help="What this person or bot did: login, name or e-mail address, or a part of it.")
@click.option("--event", default="", help="Lines of this sort: begin, step, end, approved, …")
@click.option("--since", default="", metavar="DATE", help="From this ISO date on, in the organization's time zone; 2026-11 is a month.")
@click.option("--until", default="", metavar="DATE", help="Up to this ISO date, included.")
@click.option("--run", default="", help="One run.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as they are.")
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Write a table for spreadsheets, one row for each thing touched.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Write one page that needs no network and prints well.")
@click.option("--signatures", "signed", is_flag=True, help="Say with each line which commit brought it, and what its signature is worth.")
@inspections.options
@click.option("--require-signed", is_flag=True, help="With signatures: exit code 1 unless every line came with a good signature.")
def command(
    words: tuple[str, ...],
    text: str,
    person: str,
    serial: str,
    address: str,
    actor: str,
    event: str,
    since: str,
    until: str,
    run: str,
    as_json: bool,
    table: Path | None,
    page: Path | None,
    signed: bool,
    require_signed: bool,
) -> int:
    """Search and verify the history of what was done. `verify` makes sure that nobody has changed it, in git either; `signatures` tells
    who brought its lines into git, and whether they signed for it.

    FOLDER is the configuration folder (write ./verify for one that is called verify).
    """
    deed, folder = _asked(words)
    configuration = load(folder)
    if deed == "verify":
        return _verify(configuration)
    if deed == "signatures":
        return _signatures(configuration, require_signed)
    names = tuple(name for name in (_pseudonym(person, configuration), device(serial)) if name)
    zone = configuration.settings.organization.zone
    first = period(since, zone)[0] if since else ""
    last = period(until, zone)[1] if until else ""
    if (asked := inspections.wanted()) is not None:
        return inspections.tell(configuration, asked, since, until, as_json=as_json)
    question = Question(text, names, address, run, event, actor, first, last)
    return _answer(question, configuration, Output(as_json, table, page, signed))


def _asked(words: tuple[str, ...]) -> tuple[str, Path]:
    deed = words[0] if words and words[0] in DEEDS else ""
    folders = words[bool(deed) :]
    if len(folders) > 1:
        raise click.UsageError(f"Give one folder, not {len(folders)}.")
    return deed, Path(*folders)


def _pseudonym(person: str, configuration: Configuration) -> str:
    if not person or Pseudonyms.is_one(person):
        return person
    return Pseudonyms.of_settings(configuration.settings, configuration.folder, os.environ).of("person", person)


def _file(configuration: Configuration) -> Path:
    return configuration.folder / configuration.settings.state.folder / "ledger.jsonl"


def _ledger(configuration: Configuration) -> Ledger:
    return open_backend(configuration).ledger()


def _verify(configuration: Configuration) -> int:
    checked = check(_ledger(configuration), _file(configuration))
    for line in checked.says:
        click.echo(line, err=not checked.sound)
    return 0 if checked.sound else ReconcilerError.exit_code


def _signatures(configuration: Configuration, required: bool) -> int:
    parts = brought(_file(configuration))
    if not parts:
        raise ReconcilerError("git does not keep this ledger, so nobody has signed for it.", "Commit the state folder: git add state")
    for part in parts:
        click.echo(_part(part, configuration))
    unsigned = [part for part in parts if part.commit is None or part.commit.status not in GOOD]
    bad = any(part.commit is not None and part.commit.status in "BR" for part in parts)
    if unsigned:
        count = sum(part.last - part.first + 1 for part in unsigned)
        listener().message(f"{count:,} of {parts[-1].last:,} lines have no good signature.")
    return ReconcilerError.exit_code if bad or (required and unsigned) else 0


def _part(part: Brought, configuration: Configuration) -> str:
    lines = f"line {part.first}" if part.first == part.last else f"lines {part.first}-{part.last}"
    if part.commit is None:
        return f"{lines:<14}  not committed yet"
    when = local(part.commit.at, configuration.settings.organization.zone)
    return f"{lines:<14}  {part.commit.id[:12]}  {when}  {plain(part.commit.people)}  signature: {plain(part.commit.signature)}"


def _answer(question: Question, configuration: Configuration, output: Output) -> int:
    try:
        lines = list(answers(_ledger(configuration), question))
    except ValueError as error:
        raise ReconcilerError(f"{error}.") from error
    if output.as_json:
        for line in lines:
            click.echo(orjson.dumps(asdict(line)))
        return 0
    parts = brought(_file(configuration)) if output.signed else []
    found = list(rows(lines, configuration.settings.organization.zone, parts))
    if output.table or output.page:
        _write(found, question, configuration, output)
        return 0
    for row in found:
        click.echo(_line(row))
    if not found:
        listener().message("The ledger has no such lines.")
    return 0


def _write(found: Sequence[Row], question: Question, configuration: Configuration, output: Output) -> None:
    try:
        if output.table:
            write_table(output.table, found)
        if output.page:
            write_page(output.page, _heading(question, configuration), found)
    except OSError as error:
        raise ReconcilerError(f"{error.filename} could not be written: {error.strerror}.", "Choose another place.") from error
    for path in filter(None, (output.table, output.page)):
        listener().message(f"Written to {path}: {len(found):,} line{'s' * (len(found) != 1)}.")


def _heading(question: Question, configuration: Configuration) -> Heading:
    organization = configuration.settings.organization
    checked: Checked = check(_ledger(configuration), _file(configuration))
    asked = {key: value if isinstance(value, str) else ", ".join(value) for key, value in asdict(question).items() if value}
    words = "; ".join(f"{key} {value}" for key, value in asked.items())
    made = local(datetime.now(UTC).isoformat(), organization.zone)
    return Heading(organization.name, f"Asked for: {words}." if words else "All of it.", checked.says, checked.sound, made)


def _line(row: Row) -> str:
    line: LedgerLine = row.line
    commit = f" at {line.who['commit'][:12]}" if line.who.get("commit") else ""
    person = row.human + (f" (through {row.through})" if row.through else "")
    proof = f"  [in git by {row.commit.people}; signature: {row.commit.signature}]" if row.commit else ""
    return f"{line.n:>5}  {row.when}  {plain(person)}{commit}  run {line.run}  {line.event}: {plain(row.what)}{plain(proof)}"
