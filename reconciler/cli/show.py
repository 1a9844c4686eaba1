"""`reconciler show`: offline, from the files, the record and the ledger."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.load import Configuration, load
from reconciler.passcodes import Policy, policy_of
from reconciler.phrases import some
from reconciler.pseudonyms import Pseudonyms
from reconciler.resource import Address, Declared, Source
from reconciler.reveal import PSEUDONYM
from reconciler.roster.desired import KINDS as ROSTER_KINDS
from reconciler.roster.desired import PERSON, declare
from reconciler.session import open_backend
from reconciler.veil import veiled
from state.backend import Backend
from state.ledger import LedgerLine

HISTORY = 20


@click.command()
@click.argument("address", required=False)
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def command(address: str | None, folder: Path) -> int:
    """Show what is declared, recorded and known of one thing. Without an ADDRESS (kind/name) each kind is counted.

    People are shown under pseudonyms, and found by these or by their person_id.
    """
    if address is not None and folder == Path() and address.partition("/")[0] not in KINDS and Path(address).is_dir():
        folder, address = Path(address), None
    configuration = load(folder)
    backend = open_backend(configuration)
    if address is None:
        _overview(configuration, backend)
        return 0
    try:
        _one(configuration, backend, Address.parse(address))
    except ValueError as error:
        raise ReconcilerError(f"{error}.") from error
    return 0


def _overview(configuration: Configuration, backend: Backend) -> None:
    record = backend.record()
    click.echo(f"{configuration.settings.organization.name} · record serial {record.serial}")
    for kind in KINDS.values():
        declared, rules = configuration.desired.count(kind.name), len(configuration.desired.rules.get(kind.name, ()))
        by_rule = f" and {rules} by match" if rules else ""
        click.echo(f"  {kind.name}: {declared:,} declared by name{by_rule}, {len(record.kind(kind.name)):,} recorded as ours", nl=False)
        awaited = len(record.awaited(kind.name))
        click.echo(f", {awaited:,} awaited" if awaited else "")


def _one(configuration: Configuration, backend: Backend, address: Address) -> None:
    if address.kind not in KINDS:
        raise ReconcilerError(f'"{address.kind}" is not a kind.', f"The kinds are: {', '.join(KINDS)}.")
    address, declared, place = _declared(configuration, address)
    click.echo(str(address))
    if declared is None:
        rules = configuration.desired.rules.get(address.kind)
        click.echo("  declared: no" if not rules else "  declared: not by name (a match may claim it; see the plan)")
    else:
        personal = KINDS[address.kind].personal
        shown = declared.spec.model_dump(mode="json", exclude_none=True, exclude=set(personal))
        values = ", ".join(f"{name} {some(value) if isinstance(value, list) else value}" for name, value in shown.items()) + (
            " (personal data is not shown)" if personal else ""
        )
        click.echo(f"  declared: {values}  [{declared.origin}, {place}]")
    if address.kind == PERSON and declared is not None and (policy := _passcode(configuration, address.name)) is not None:
        click.echo(f"  passcode: {policy}")
    click.echo(f"  recorded: {_recorded(backend, address)}")
    history = list(backend.ledger().search(kind=address.kind, name=address.name))
    for line in history[-HISTORY:]:
        click.echo(f"  {line.at[:16].replace('T', ' ')} UTC  {_happened(line, address)}")


def _declared(configuration: Configuration, address: Address) -> tuple[Address, Declared | None, Source | None]:
    """The name that plans know a thing by, what is declared of it, and where. What is in a roster may stand in any source."""
    pseudonyms = Pseudonyms.of_settings(configuration.settings, configuration.folder, os.environ)
    if address.kind not in ROSTER_KINDS:
        found = veiled(configuration.desired, pseudonyms, rehearsed=configuration.settings.connections.rehearsed).of(address.kind)
        return address, found.get(address.name), _place(configuration, address, found)
    if address.kind == PERSON and not PSEUDONYM.fullmatch(address.name):
        address = Address(PERSON, pseudonyms.of(PERSON, address.name))
    declared = declare(configuration.roster, pseudonyms)[address.kind].get(address.name)
    return address, declared, declared.source if declared else None


def _passcode(configuration: Configuration, pseudonym: str) -> Policy | None:
    """The passcode policy that holds for a student."""
    pseudonyms = Pseudonyms.of_settings(configuration.settings, configuration.folder, os.environ)
    part, row = declare(configuration.roster, pseudonyms)[PERSON].row(pseudonym)
    return policy_of(part, row, configuration.desired, configuration.settings.roster.terms)


def _place(configuration: Configuration, address: Address, found: Mapping[str, Declared]) -> Source | None:
    """Exact where the files call it by this name, too."""
    if address.name in configuration.desired.of(address.kind):
        return configuration.locate(address.kind, address.name)
    return found[address.name].source if address.name in found else None


def _recorded(backend: Backend, address: Address) -> str:
    record = backend.record()
    entry, awaited = record.kind(address.kind).get(address.name), record.awaited(address.kind).get(address.name)
    if entry is None:
        return f"awaited since {awaited.since}" if awaited else "not ours"
    identity = f", Apple's id {entry.remote_id}" if entry.remote_id else ""
    return f"ours{identity}" + (f", attested {entry.attested}" if entry.attested else "")


def _happened(line: LedgerLine, address: Address) -> str:
    who = line.who.get("actor") or line.who.get("user", "")
    outcomes = line.what.get("outcomes")
    groups = outcomes if isinstance(outcomes, list) else []
    mine = next((group for group in groups if address.name in group["names"] and group["kind"] == address.kind), None)
    result = f": {mine['result']}" + (f" ({mine['word']})" if mine["word"] else "") if mine else ""
    return f"{line.what.get('title', line.event)}{result}  (run {line.run}, by {who})"
