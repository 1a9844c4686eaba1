"""What becomes of each attribute, for a reader who digs: before and after, without what tells who somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.diff import explain
from reconciler.kinds import KINDS
from reconciler.kinds.roster import Class
from reconciler.plan import Plan, Verdict
from reconciler.render.summary import counted, differences, move


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute by the name that people know, and both values as text; empty where there is none."""

    label: str
    before: str
    after: str


_HIDDEN = Attribute("personal details", "", "change, and are not shown")


def attributes(plan: Plan, verdict: Verdict) -> tuple[Attribute, ...]:
    """Every attribute that differs, but for the place, which `what` tells. Personal ones are only said to differ, and members of a class
    are counted, never listed."""
    kind, counts = KINDS[verdict.kind], _members(verdict)
    found = explain(verdict.before, verdict.after, plan.binding.time_zone)
    apart = {*kind.personal, *counts, kind.placed}
    return (
        *(Attribute(kind.labels.get(item.path, item.path), item.before, item.after) for item in found if item.path not in apart),
        *(Attribute(label, "", words) for label, words in counts.items() if words),
        *([_HIDDEN] if any(item.path in kind.personal for item in found) else []),
    )


def what(plan: Plan, verdict: Verdict) -> str:
    """The change in one phrase that fits every name of the verdict."""
    if KINDS[verdict.kind].placed:
        return move(plan, verdict)
    counts = _members(verdict)
    others = [words for path, words in differences(plan, verdict) if path not in counts] if verdict.after else []
    return "; ".join([*filter(None, counts.values()), *others])


def _members(verdict: Verdict) -> dict[str, str]:
    """Attributes of a class that hold people → who joins and leaves, counted: `3 students join, 1 student leaves`."""
    if not isinstance(verdict.after or verdict.before, Class):
        return {}
    return {attribute: ", ".join(_coming_and_going(verdict, attribute)) for attribute in ("students", "instructors")}


def _coming_and_going(verdict: Verdict, attribute: str) -> Iterator[str]:
    before, after = (set(getattr(spec, attribute, ())) for spec in (verdict.before, verdict.after))
    for people, verb in ((after - before, "join"), (before - after, "leave")):
        if people:
            yield f"{counted(len(people), attribute.removesuffix('s'))} {verb}{'s' if len(people) == 1 else ''}"
