"""The plan as a JSON document: what `plan --json` prints and `plan --out` saves, and back again.

Changes that share a verdict are one group with many names, so the plan of a ministry stays a file that a person can open.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, ConfigDict, Field

from reconciler.capability import Capability, Verb
from reconciler.diagnostic import Diagnostic
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.licences.balance import Balance
from reconciler.plan import Awaiting, Binding, Cause, Change, Expiry, LeftAlone, Plan, Price, Refusal, Step, Verdict
from reconciler.resource import Address, Source, Spec

FORMAT = 1
_ANOTHER = "Make a new one with: reconciler plan --out plan.json"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChangeGroup(_Model):
    """All changes that differ only in the name."""

    kind: Annotated[str, Field(description="What sort of thing changes.", examples=["device_assignment"])]
    verb: Annotated[Verb, Field(description="What happens to each name. adopt and forget touch only our record.")]
    cause: Annotated[Cause, Field(description="Why live and declared differ: intent (we changed), drift (they changed), …")]
    before: Annotated[dict[str, Any] | None, Field(description="The live state; apply refuses if it has moved.")]
    after: Annotated[dict[str, Any] | None, Field(description="The state that apply brings about; null for a delete.")]
    capability: Annotated[Capability, Field(description="How it lands: automatic, by a person's task, or only in our record.")]
    noun: Annotated[str, Field(description="What people call one of these.", examples=["iPad"])]
    scope: Annotated[str, Field(description="Where guards count it.")]
    origin: Annotated[str, Field(description="The entry of the configuration that asks for it; empty if none does any more.")]
    source: Annotated[Source | None, Field(description="The place of that entry.")]
    fingerprint: Annotated[str, Field(description="What the record will hold once it has landed.")]
    takes_over: Annotated[bool, Field(description="Whether somebody else put it there; needs leave.")]
    waits_for: Annotated[str | None, Field(description="The address of a task that must be done first.")]
    names: Annotated[list[str], Field(description="The names, sorted. Address = kind/name.")]
    remote_ids: Annotated[dict[str, str], Field(description="The channel's own ids, for names that differ from them.")]


class StepDocument(_Model):
    """One unit of I/O, covering one or many changes."""

    id: str
    provider: str
    action: str
    title: str
    covers: Annotated[dict[str, list[str]], Field(description="kind → names, in the order in which they are sent.")]
    body: Annotated[dict[str, str], Field(description="The provider's own words for the request, without secrets.")]
    reads: int
    writes: int


class PlanDocument(_Model):
    """A complete plan. Bound to one organization, record lineage and serial; executed once."""

    format: Annotated[Literal[1], Field(description="Version of this layout.")]
    digest: Annotated[str, Field(description="SHA-256 of the rest of the document, canonical JSON.")]
    binding: Binding
    changes: list[ChangeGroup]
    steps: list[StepDocument]
    prices: list[Price]
    left_alone: list[LeftAlone]
    awaiting: list[Awaiting]
    findings: list[Diagnostic]
    refusals: list[Refusal]
    titles: dict[str, dict[str, str]]
    balances: Annotated[list[Balance], Field(description="Licences of each app at each location, as numbers.")]
    renewals: Annotated[list[Expiry], Field(description="What ends one day, the most urgent first; without what it is that ends.")]


PlanDocument.model_rebuild(_types_namespace={"Source": Source})  # a Diagnostic knows it as a type only, so that --help needs no pydantic


def to_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values, with its digest."""
    content = {
        "format": FORMAT,
        "binding": plan.binding,
        "changes": [_group(changes) for changes in by_verdict(plan.changes)],
        "steps": [step_to_json(step) for step in plan.steps],
        "prices": plan.prices,
        "left_alone": plan.left_alone,
        "awaiting": plan.awaiting,
        "findings": plan.findings,
        "refusals": plan.refusals,
        "titles": plan.titles,
        "balances": plan.balances,
        "renewals": plan.renewals,
    }
    plain: dict[str, Any] = orjson.loads(orjson.dumps(content))
    return {"digest": _digest(plain), **plain}


def digest(plan: Plan) -> str:
    """What names this plan in the ledger: equal plans have equal digests, and a saved file keeps it."""
    return str(to_document(plan)["digest"])


def save(plan: Plan, path: Path) -> None:
    """Write the plan to a file. OSError if it cannot be written."""
    path.write_bytes(orjson.dumps(to_document(plan), option=orjson.OPT_INDENT_2) + b"\n")


def load_plan(path: Path) -> Plan:
    """Read a saved plan.

    Raises ReconcilerError if the file is missing, is no plan, or was changed after it was saved.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ReconcilerError(f"There is no plan file {path}.", _ANOTHER) from None
    except OSError as error:
        raise ReconcilerError(f"The plan file {path} cannot be read: {error.strerror}.", _ANOTHER) from None
    try:
        plain = orjson.loads(content)
        plan = _from_document(document := PlanDocument.model_validate_json(content))
        ZoneInfo(plan.binding.time_zone)  # renderers rely on it
    except (ValueError, KeyError, OSError):  # broken JSON, an invalid value, an unknown kind or time zone
        raise ReconcilerError(f"{path} is not a plan of this version of reconciler.", _ANOTHER) from None
    if document.digest != _digest({key: value for key, value in plain.items() if key != "digest"}):
        raise ReconcilerError(f"{path} was changed after it was saved, so it is not executed.", _ANOTHER)
    return plan


def by_verdict(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes that share a verdict, together, in the order of their first one."""
    groups: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        groups[id(change.verdict)].append(change)
    return list(groups.values())


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain_spec(spec: Spec | None) -> dict[str, Any] | None:
    return None if spec is None else spec.model_dump(mode="json")


def _group(changes: list[Change]) -> dict[str, Any]:
    verdict = changes[0].verdict
    return {
        "kind": verdict.kind,
        "verb": verdict.verb,
        "cause": verdict.cause,
        "before": _plain_spec(verdict.before),
        "after": _plain_spec(verdict.after),
        "capability": verdict.capability,
        "noun": verdict.noun,
        "scope": verdict.scope,
        "origin": verdict.origin,
        "source": verdict.source,
        "fingerprint": verdict.fingerprint,
        "takes_over": verdict.takes_over,
        "waits_for": str(verdict.waits_for) if verdict.waits_for else None,
        "names": [change.name for change in changes],
        "remote_ids": {change.name: change.remote_id for change in changes if change.remote_id},
    }


def step_to_json(step: Step) -> dict[str, Any]:
    """One step as JSON values."""
    covers: dict[str, list[str]] = defaultdict(list)
    for address in step.covers:
        covers[address.kind].append(address.name)
    return {
        **{name: getattr(step, name) for name in ("id", "provider", "action", "title", "body", "reads", "writes")},
        "covers": dict(covers),
    }


def _from_document(document: PlanDocument) -> Plan:
    return Plan(
        binding=document.binding,
        changes=tuple(change for group in document.changes for change in _changes(group)),
        steps=tuple(step_from_json(step) for step in document.steps),
        prices=tuple(document.prices),
        left_alone=tuple(document.left_alone),
        awaiting=tuple(document.awaiting),
        findings=tuple(document.findings),
        refusals=tuple(document.refusals),
        titles=document.titles,
        balances=tuple(document.balances),
        renewals=tuple(document.renewals),
    )


def _to_spec(kind: str, plain: dict[str, Any] | None) -> Spec | None:
    return None if plain is None else KINDS[kind].spec.model_validate_json(orjson.dumps(plain))


def _changes(group: ChangeGroup) -> list[Change]:
    verdict = Verdict(
        kind=group.kind,
        verb=group.verb,
        before=_to_spec(group.kind, group.before),
        after=_to_spec(group.kind, group.after),
        cause=group.cause,
        capability=group.capability,
        noun=group.noun,
        scope=group.scope,
        origin=group.origin,
        source=group.source,
        fingerprint=group.fingerprint,
        takes_over=group.takes_over,
        waits_for=Address.parse(group.waits_for) if group.waits_for else None,
    )
    return [Change(name, verdict, group.remote_ids.get(name, "")) for name in group.names]


def step_from_json(plain: Any) -> Step:
    """One step back from JSON values. Raises ValidationError (pydantic) if they are none."""
    step = StepDocument.model_validate(plain)
    covers = tuple(Address(kind, name) for kind, names in step.covers.items() for name in names)
    return Step(step.id, step.provider, step.action, step.title, covers, step.body, step.reads, step.writes)
