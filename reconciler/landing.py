"""What a step's outcome does to the record and the ledger, and how the journal remembers it in between.

    begin (what would land) → sending → received → verified (outcomes) → record → ledger → done

Everything after `verified` can be done twice with the same result, so a run that was killed there is finished by the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconciler.capability import Verb
from reconciler.kinds import KINDS
from reconciler.plan import Change, Step
from reconciler.provider import Outcome, Outcomes, Result
from reconciler.render.document import step_from_json, step_to_json
from reconciler.resource import Address, Spec
from state.backend import Backend
from state.ledger import LedgerEntry
from state.record import Entry, Record

RECORD_STEP = "record"
"""The id of the step that only brings our own record up to date."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What the record will hold of some names once they have landed, one fingerprint for each, and what they were before (None: nothing,
    or not to be told)."""

    kind: str
    verb: Verb
    names: tuple[str, ...]
    fingerprints: tuple[str, ...]
    remote_ids: Mapping[str, str]
    before: Mapping[str, object] | None = None


def intents(changes: Iterable[Change]) -> list[Intent]:
    """The intents of these changes, grouped by what may be told of the state before."""
    groups: dict[tuple[str, Verb, Spec | None], list[Change]] = defaultdict(list)
    for change in changes:
        verdict = change.verdict
        groups[verdict.kind, verdict.verb, None if KINDS[verdict.kind].whole else verdict.before].append(change)
    return [
        Intent(
            kind,
            verb,
            tuple(change.name for change in group),
            tuple(change.verdict.fingerprint for change in group),
            {change.name: change.remote_id for change in group if change.remote_id},
            None if before is None else before.model_dump(mode="json"),
        )
        for (kind, verb, before), group in groups.items()
    ]


def begin_facts(step: Step, meant: Sequence[Intent]) -> dict[str, object]:
    """What the journal's `begin` line must hold so that another process can finish the step. Each name stands there once, and a
    fingerprint that all names of an intent share, too: a district's first upload has 167,000 names."""
    plain = [
        {
            "kind": intent.kind,
            "verb": intent.verb,
            "names": intent.names,
            "fingerprints": intent.fingerprints[:1] if len(set(intent.fingerprints)) == 1 else intent.fingerprints,
            "remote_ids": intent.remote_ids,
            "before": intent.before,
        }
        for intent in meant
    ]
    return {"step": step.id, "document": step_to_json(replace(step, covers=())), "intents": plain}


def read_begin(line: Mapping[str, Any]) -> tuple[Step, list[Intent]]:
    """The step of a `begin` line, and what would land with it."""
    meant = [_read_intent(item) for item in line["intents"]]
    covers = tuple(Address(intent.kind, name) for intent in meant for name in intent.names)
    return replace(step_from_json(line["document"]), covers=covers), meant


def _read_intent(item: Mapping[str, Any]) -> Intent:
    names, fingerprints = tuple(item["names"]), tuple(item["fingerprints"])
    each = fingerprints if len(fingerprints) == len(names) else fingerprints * len(names)
    return Intent(item["kind"], Verb(item["verb"]), names, each, item["remote_ids"], item["before"])


def write_outcomes(outcomes: Outcomes) -> list[dict[str, object]]:
    """Outcomes as JSON, grouped: what the journal's `verified` line and the ledger hold."""
    groups: dict[tuple[Result, str, str], list[str]] = defaultdict(list)
    for address, outcome in outcomes.items():
        groups[outcome.result, outcome.word, address.kind].append(address.name)
    return [
        {"result": str(result), "word": word, "kind": kind, "names": sorted(names)}
        for (result, word, kind), names in sorted(groups.items())
    ]


def read_outcomes(plain: Any) -> dict[Address, Outcome]:
    """Outcomes back from JSON."""
    return {Address(group["kind"], name): Outcome(Result(group["result"]), group["word"]) for group in plain for name in group["names"]}


def land(record: Record, meant: Iterable[Intent], outcomes: Outcomes) -> bool:
    """Bring the record up to date with what landed. Returns whether that changed it."""
    changed = False
    entries: dict[tuple[str, str], Entry] = {}
    for intent in meant:
        for name, mark in zip(intent.names, intent.fingerprints, strict=True):
            outcome = outcomes.get(Address(intent.kind, name))
            if outcome is not None and outcome.result.recorded:
                key = mark, intent.remote_ids.get(name, "")
                changed |= _land_one(record, intent, name, entries.setdefault(key, Entry(*key)))
    return changed


def _land_one(record: Record, intent: Intent, name: str, entry: Entry) -> bool:
    known = record.kind(intent.kind).get(name)
    if intent.verb in (Verb.DELETE, Verb.FORGET):
        record.drop(intent.kind, name)
        return known is not None
    record.put(intent.kind, name, entry)
    return known != entry


def ledger_entry(run: str, who: Mapping[str, str], step: Step, meant: Sequence[Intent], outcomes: Outcomes, reference: str) -> LedgerEntry:
    """The ledger's line for one step: what, with what outcome, what there was before, and the channel's own id for it."""
    what: dict[str, object] = {
        "step": step.id,
        "provider": step.provider,
        "action": step.action,
        "title": step.title,
        "reference": reference,
        "outcomes": write_outcomes(outcomes),
        "before": [
            {"kind": one.kind, "verb": str(one.verb), "was": one.before, "names": sorted(one.names)}
            for one in meant
            if not KINDS[one.kind].whole
        ],
    }
    return LedgerEntry(run, "step", dict(who), what)


def finish(backend: Backend, record: Record, meant: Sequence[Intent], outcomes: Outcomes, entry: LedgerEntry) -> Record:
    """Record → ledger → `done`, for a step whose `verified` line is on disk. Safe to repeat. Returns the record as stored."""
    if land(record, meant, outcomes):
        record = backend.save(record, record.serial)
    ledger = backend.ledger()
    if not ledger.has(entry.run, entry.event, str(entry.what["step"])):
        ledger.append([entry])
    backend.journal().append("done", run=entry.run, step=entry.what["step"])
    return record
