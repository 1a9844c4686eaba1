"""What becomes of each attribute, for a reader who digs: before and after, without what tells who somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.diff import explain
from reconciler.kinds import KINDS
from reconciler.kinds.roster import UNKNOWN, Class, Person
from reconciler.phrases import counted
from reconciler.plan import Plan, Verdict
from reconciler.render.summary import move
from reconciler.resource import Spec


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute by the name that people know, and both values as text; empty where there is none."""

    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label} {self.before} → {self.after or 'not set'}" if self.before else f"{self.label} {self.after}"


_MEMBERS = ("students", "instructors")
"""Attributes of a class that hold people."""
HIDDEN = Attribute("personal details", "", "(not shown)")


def attributes(plan: Plan, verdict: Verdict) -> tuple[Attribute, ...]:
    """Every attribute that differs, but for the place, which `what` tells. Personal ones are only said to differ, and members of a class
    are counted, never listed."""
    return (*_plain(plan, verdict), *(Attribute(label, "", words) for label, words in _members(verdict).items() if words))


def what(plan: Plan, verdict: Verdict) -> str:
    """The change in one phrase that fits every name of the verdict."""
    if KINDS[verdict.kind].placed:
        return move(plan, verdict)
    spec = verdict.after or verdict.before
    if isinstance(spec, Person) and not (verdict.before and verdict.after):
        return f"{_PEOPLE[spec.role]}, grade {spec.grade}" if spec.grade not in ("", UNKNOWN) else _PEOPLE[spec.role]
    members = list(filter(None, _members(verdict).values()))
    said = verdict.after and (verdict.before or not members)  # of a class that begins, who is in it says enough
    return "; ".join([*members, *map(str, _plain(plan, verdict) if said else ())])


_PEOPLE = {"student": "student", "staff": "member of staff"}


def _plain(plan: Plan, verdict: Verdict) -> Iterator[Attribute]:
    """What may be shown as it is. What was before is not always known of a roster; then nothing can be said to differ."""
    kind = KINDS[verdict.kind]
    found = explain(*map(_alone, (verdict.before, verdict.after)), plan.binding.time_zone)
    apart = {*kind.personal, *_MEMBERS, kind.placed}
    for item in found:
        if item.path not in apart and item.before != UNKNOWN:
            yield Attribute(kind.labels.get(item.path, item.path), item.before, item.after)
    if any(item.path in kind.personal for item in found):
        yield HIDDEN


def _alone(spec: Spec | None) -> Spec | None:
    """A class without those who are in it, of whom thousands need not be put into words."""
    return spec.model_copy(update=dict.fromkeys(_MEMBERS, ())) if isinstance(spec, Class) else spec


def _members(verdict: Verdict) -> dict[str, str]:
    """Those attributes → who joins and leaves, counted: `3 students join, 1 student leaves`."""
    if not isinstance(verdict.after or verdict.before, Class):
        return {}
    return {attribute: ", ".join(_coming_and_going(verdict, attribute)) for attribute in _MEMBERS}


def _coming_and_going(verdict: Verdict, attribute: str) -> Iterator[str]:
    before, after = (frozenset(getattr(spec, attribute, ())) for spec in (verdict.before, verdict.after))
    noun = attribute.removesuffix("s")
    if UNKNOWN in before:  # how many there were is known, but not who
        yield f"{len(getattr(verdict.before, attribute)):,} → {counted(len(after), noun)}"
        return
    for people, verb in ((after - before, "join"), (before - after, "leave")):
        if people:
            yield f"{counted(len(people), noun)} {verb}{'s' if len(people) == 1 else ''}"
