"""A plan as rules see it: two variables, `plan` with what holds of all of it, and `changes`, in groups.

Groups, not single changes: devices that do the same are one group with a count, so a rule costs the same for ten devices and for 100,000.
People, classes and what else is taken as a whole are grouped without what differs from one to the next, so they are few groups, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from reconciler.kinds import KINDS
from reconciler.plan import Change, Plan, Verdict
from reconciler.resource import Spec

Known = Mapping[str, tuple[object, str]]
"""Key → what it is where a test does not say, and what it means."""

PLAN: Known = {
    "organization": ("", "the name of the organization."),
    "today": ("", "the day of the plan in the organization's time zone, such as 2026-11-23."),
    "weekday": ("", "that day's name: Monday."),
    "total": (0, "how many things change."),
    "tasks": (0, "how many of them a person must do."),
    "awaiting": (0, "how many declared devices the organization does not have yet."),
    "refusals": (0, "how many guards refuse the plan."),
    "reads": (0, "requests that read."),
    "writes": (0, "requests that write."),
    "seconds": (0, "how long it is expected to take."),
}
CHANGE: Known = {
    "kind": ("device_assignment", "what sort of thing changes."),
    "verb": ("update", "create, update, delete; adopt and forget touch only the record."),
    "cause": ("intent", "new, intent (we changed), drift (they changed), vanished, foreign, undeclared or same."),
    "route": ("automatic", "automatic, task (a person does it), record or unsupported."),
    "noun": ("", "what people call one: iPad."),
    "scope": ("", "where it is counted: for a device, the service that it leaves, else the one that it joins."),
    "origin": ("", "the entry of the files that asks for it; empty if none does any more."),
    "takes_over": (False, "whether somebody else had set it."),
    "waits_for": ("", "the address of a task that must be done first, or empty."),
    "before": ({}, "the attributes now; empty where there is nothing yet, and of people and what belongs to them."),
    "after": ({}, "the attributes then; empty where it goes, and of people and what belongs to them."),
    "count": (1, "how many things."),
    "names": ([], "their names; of people, pseudonyms."),
}


def variables(plan: Plan, today: date) -> dict[str, Any]:
    """What the rules of one plan see."""
    whole = {
        "organization": plan.binding.organization,
        **_day(today),
        "total": len(plan.changes),
        "tasks": len(plan.tasks),
        "awaiting": len(plan.awaiting),
        "refusals": len(plan.refusals),
        "reads": sum(price.observe_reads + price.reads for price in plan.prices),
        "writes": sum(price.writes for price in plan.prices),
        "seconds": sum(price.seconds for price in plan.prices),
    }
    return {"plan": whole, "changes": [_group(changes) for changes in _groups(plan.changes)]}


def example(plan: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same from a rule's test: what it leaves out is as it mostly is, or follows from the rest."""
    groups = [_completed(group) for group in changes]
    given: dict[str, Any] = {key: default for key, (default, _) in PLAN.items()}
    given |= {"total": sum(group["count"] for group in groups)}
    given |= {"tasks": sum(group["count"] for group in groups if group["route"] == "task")}
    given |= {"weekday": date.fromisoformat(plan["today"]).strftime("%A")} if plan.get("today") else {}
    return {"plan": {**given, **plan}, "changes": groups}


def _completed(group: Mapping[str, Any]) -> dict[str, Any]:
    names = {"count": len(group["names"])} if group.get("names") else {}
    return {**{key: default for key, (default, _) in CHANGE.items()}, **names, **group}


def _day(today: date) -> dict[str, str]:
    return {"today": today.isoformat(), "weekday": today.strftime("%A")}


def _groups(changes: Iterable[Change]) -> list[list[Change]]:
    groups: dict[object, list[Change]] = defaultdict(list)
    for change in changes:
        groups[_alike(change.verdict)].append(change)
    return list(groups.values())


def _alike(verdict: Verdict) -> object:
    if not KINDS[verdict.kind].whole:
        return id(verdict)
    return verdict.kind, verdict.verb, verdict.cause, verdict.capability.route, verdict.scope, verdict.origin, verdict.takes_over


def _group(changes: Sequence[Change]) -> dict[str, Any]:
    verdict = changes[0].verdict
    return {
        **{name: str(getattr(verdict, name)) for name in ("kind", "verb", "cause", "route", "noun", "scope", "origin")},
        "takes_over": verdict.takes_over,
        "waits_for": str(verdict.waits_for) if verdict.waits_for else "",
        "before": _attributes(verdict.kind, verdict.before),
        "after": _attributes(verdict.kind, verdict.after),
        "count": len(changes),
        "names": [change.name for change in changes],
    }


def _attributes(kind: str, spec: Spec | None) -> dict[str, Any]:
    return {} if spec is None or KINDS[kind].whole else spec.model_dump(mode="json", exclude_none=True)
