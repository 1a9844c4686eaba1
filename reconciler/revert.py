"""The way back from a run: what the ledger says there was before becomes what is wanted, and the planner does the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from reconciler.capability import Verb
from reconciler.desired import Desired
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.landing import read_outcomes
from reconciler.plan import Awaiting, Plan
from reconciler.provider import Result
from reconciler.resource import Address, Declared, Source
from state.ledger import Ledger, LedgerLine
from state.record import Record


@dataclass(frozen=True, slots=True)
class Undo:
    """What one run changed: `desired` is how it was before, `touched` every address of it that the plan may concern."""

    desired: Desired
    touched: frozenset[Address]
    warnings: tuple[Diagnostic, ...]

    def beside(self, desired: Desired) -> Desired:
        """What must be read: what the configuration needs, and what was there before."""
        both = {kind: {**desired.of(kind), **before} for kind, before in self.desired.items.items()}
        return replace(desired, items=desired.items | both)

    def only(self, record: Record) -> Record:
        """The record of what the run touched, so that nothing else is missed."""
        kept = record.copy()
        for kind, entries in record.entries.items():
            for name in entries:
                if Address(kind, name) not in self.touched:
                    kept.drop(kind, name)
        return kept

    def alone(self, plan: Plan, record: Record) -> Plan:
        """The plan without what it says of the rest of the organization; what is awaited stays as it is."""
        awaiting = (
            Awaiting(Address(kind, name), "", item.since) for kind, items in record.awaiting.items() for name, item in items.items()
        )
        return replace(plan, left_alone=(), awaiting=tuple(awaiting))


def undoing(run: str, ledger: Ledger, folder: str) -> Undo:
    """The way back from a run. `folder` is the state's, for the places that the plan names.

    ReconcilerError if the ledger has no such run, or nothing of it can be undone.
    """
    lines = [line for line in ledger.search(run=run) if line.event == "step"]
    if not lines:
        raise ReconcilerError(f"The ledger knows of nothing that a run {run} changed.", "`reconciler ledger` lists the runs.")
    desired, touched, lost = Desired(), set[Address](), 0
    for line in lines:
        lost += _undo_line(line, folder, desired, touched)
    if not touched:
        raise ReconcilerError(f"Nothing of run {run} can be undone from the ledger.", "Revert the commit that asked for it: git revert.")
    return Undo(desired, frozenset(touched), tuple(_warnings(run, lines, lost)))


def _undo_line(line: LedgerLine, folder: str, desired: Desired, touched: set[Address]) -> int:
    """Take up one step; how many of its landed things cannot be undone."""
    landed = {address for address, outcome in read_outcomes(line.what["outcomes"]).items() if outcome.result is Result.LANDED}
    place, undone = Source(f"{folder}/ledger.jsonl", line.n), set[Address]()
    for group in _groups(line):
        names = [name for name in group["names"] if Address(group["kind"], name) in landed and _undoable(group)]
        undone.update(Address(group["kind"], name) for name in names)
        if group["was"] is not None:
            spec = KINDS[group["kind"]].spec.model_validate_json(orjson.dumps(group["was"]))
            declared = Declared(spec, place, f"before run {line.run}")
            desired.items[group["kind"]] = {**desired.of(group["kind"]), **dict.fromkeys(names, declared)}
    touched |= undone
    return 0 if line.what.get("action") == "record" else len(landed - undone)


def _groups(line: LedgerLine) -> Sequence[Mapping[str, Any]]:
    before = line.what.get("before", [])
    return before if isinstance(before, list) and line.what.get("action") != "record" else []


def _undoable(group: Mapping[str, Any]) -> bool:
    """A thing that was created is removed again; anything else needs to be known as it was. A whole is never undone in part."""
    return group["kind"] in KINDS and not KINDS[group["kind"]].whole and (group["was"] is not None or group["verb"] == Verb.CREATE)


def _warnings(run: str, lines: Sequence[LedgerLine], lost: int) -> Iterator[Diagnostic]:
    commit = lines[0].who.get("commit", "")
    how = f"git revert {commit[:12]}" if commit else "change the files, too"
    message = f"This plan undoes run {run} of {lines[0].at[:16].replace('T', ' ')} UTC."
    yield Diagnostic(None, message, f"The files still ask for it, so the next ordinary plan would do it again: {how}.", Severity.WARNING)
    if lost:
        yield Diagnostic(
            None, f"{lost:,} of its changes cannot be undone from the ledger.", "Revert the files for those.", Severity.WARNING
        )
