"""A roster's changes in people's words: by location and by class, in numbers, with what cannot be undone. Nobody is named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from reconciler.capability import Route, Verb
from reconciler.kinds.roster import UNKNOWN, Class, Course, Person, Role
from reconciler.plan import Cause, Change, Plan, Verdict
from reconciler.resource import Spec

EACH = 40
"""Classes that change or end are told one by one up to so many of a sort, and beyond that by location."""
_PEOPLE = {"student": ("student", "students"), "staff": ("member of staff", "members of staff")}
_PERSONAL = ("first_name", "middle_name", "last_name", "number", "email", "sis_username")
_VERBS = {
    Verb.CREATE: ("{} joins", "{} join", ""),
    Verb.DELETE: ("{} leaves", "{} leave", " (accounts deactivated, deleted after 120 days)"),
    Verb.ADOPT: ("{} is there already", "{} are there already", ""),
    Verb.FORGET: ("{} is gone already", "{} are gone already", ""),
}
CLASS_ENDS = "its students are removed, its Schoolwork progress is deleted, and it stays as a manual class to delete"
COURSE_ENDS = "its class list in Schoolwork goes; who teaches it again needs a new course"
UNSAID = "how it was before is not known here"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose number is not known yet: where, what stands before it, one and many with their verb, what follows."""

    place: str
    before: str
    one: str = ""
    many: str = ""
    after: str = ""

    def of(self, count: int) -> str:
        """The sentence about so many; one without a noun is about a single thing, and has no number."""
        if not self.many:
            return self.before
        return f"{self.before}{count:,} {self.one if count == 1 else self.many}{self.after}"


@dataclass(frozen=True, slots=True)
class Told:
    """Changes of one verb, route and cause that one sentence tells. `words` is the sentence for readers who know where."""

    text: str
    words: str
    changes: tuple[Change, ...]


def told(plan: Plan, changes: Sequence[Change], *, each: int = EACH, moves: Moves | None = None) -> Iterator[Told]:
    """Sentences for the changes of a roster. `moves`: of all its classes, where these are only some."""
    of_kind: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        of_kind[change.verdict.kind].append(change)
    yield from _gathered(of_kind["person"], lambda change: _person(plan, change.verdict))
    yield from _classes(plan, of_kind["class"], moves or Moves.of(of_kind["class"]), each)
    for kind in ("course", "location"):
        yield from _gathered(of_kind[kind], lambda change: _thing(plan, change))


def _gathered(changes: Sequence[Change], words: Callable[[Change], Sentence]) -> Iterator[Told]:
    groups: dict[tuple[Sentence, Verb, Route, Cause, bool], list[Change]] = defaultdict(list)
    for change in changes:
        verdict = change.verdict
        groups[words(change), verdict.verb, verdict.route, verdict.cause, verdict.takes_over].append(change)
    for (sentence, *_), group in groups.items():
        said = sentence.of(len(group))
        yield Told(f"{sentence.place}: {said}" if sentence.place else said, said, tuple(group))


def lasting(verdict: Verdict) -> bool:
    """Whether uploading the former roster again would not simply bring back what this change of a roster takes away."""
    before, after = verdict.before, verdict.after
    if verdict.verb is Verb.UPDATE and isinstance(before, Person) and isinstance(after, Person):
        return UNKNOWN not in (before.source, after.source) and before.source != after.source
    return verdict.verb is Verb.DELETE


def title(plan: Plan, kind: str, name: str) -> str:
    """What people call a location, a course or a class."""
    return plan.titles.get(kind, {}).get(name) or name


def _at(plan: Plan, location: str) -> str:
    return "" if location in ("", UNKNOWN) else title(plan, "location", location)


def _person(plan: Plan, verdict: Verdict) -> Sentence:
    before, after = verdict.before, verdict.after
    spec = before or after
    if not isinstance(spec, Person):  # nothing is known of one that vanished
        return Sentence("", "", "person is gone already", "people are gone already")
    one, many = _PEOPLE[spec.role]
    home = _at(plan, spec.locations[0] if spec.locations else "")
    if verdict.verb is not Verb.UPDATE or not (isinstance(before, Person) and isinstance(after, Person)):
        return _comes_or_goes(verdict.verb, spec.role, home)
    if UNKNOWN not in before.locations and before.locations[:1] != after.locations[:1]:
        return Sentence(home, "", f"{one} moves", f"{many} move", f" to {title(plan, 'location', after.locations[0])}")
    return Sentence(home, "", f"{one}: ", f"{many}: ", changed(before, after))


@cache
def _comes_or_goes(verb: Verb, role: Role, home: str) -> Sentence:
    """Of a first upload 150,000 such sentences are asked for, and a few hundred differ."""
    singular, plural, consequence = _VERBS.get(verb, _VERBS[Verb.ADOPT])
    one, many = _PEOPLE[role]
    return Sentence(home, "", singular.format(one), plural.format(many), consequence)


def changed(before: Person, after: Person) -> str:
    """What becomes different, without what tells who somebody is."""
    different = {name for name, value in before if value not in (UNKNOWN, getattr(after, name))}
    parts = [
        f"{word} {getattr(before, name) or 'none'} → {getattr(after, name) or 'none'}"
        for name, word in (("role", "role"), ("grade", "grade"), ("passcode", "passcode policy"))
        if name in different
    ]
    if different.intersection(_PERSONAL):
        parts.append("personal details change")
    if before.locations != after.locations:
        parts.append("further locations change")
    if before.source != after.source:
        parts.append(f"taken over from {before.source}: the portal can no longer edit it")
    if any(value == UNKNOWN for _, value in before):
        parts.append(f"something changes ({UNSAID})" if not parts else UNSAID)
    return ", ".join(parts)


def _thing(plan: Plan, change: Change) -> Sentence:
    """A course or a location; courses begin by the dozen, everything else is told by itself."""
    verdict = change.verdict
    kind, name = verdict.kind, title(plan, verdict.kind, change.name)
    spec = verdict.after or verdict.before
    home = _at(plan, spec.location) if isinstance(spec, Course) else ""
    many = {"course": "courses", "location": "locations"}[kind]
    match verdict.verb:
        case Verb.DELETE if kind == "course":
            return Sentence(home, f"course {name} ends ({COURSE_ENDS})")
        case Verb.DELETE:
            return Sentence("", f"{name} is left out (Apple does not say what becomes of it)")
        case Verb.UPDATE:
            return Sentence(home, f"{name}: {'; '.join(_differences(verdict.before, verdict.after))}")
        case Verb.CREATE:
            return Sentence(home, "", f"{kind} begins", f"{many} begin")
        case verb:
            singular, plural, _ = _VERBS[verb]
            return Sentence(home, "", singular.format(kind), plural.format(many))


@dataclass(frozen=True, slots=True)
class Moves:
    """Who goes where. `away`: class → the classes that its students leave it for, `here`: those that students come to it from, each with
    how many; `left`, `joined`: class → the others."""

    away: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    here: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    left: Counter[str] = field(default_factory=Counter)
    joined: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, changes: Sequence[Change]) -> Moves:
        """From all changed classes together."""
        left, joined = _sides(changes)
        found = cls()
        for student, classes in left.items():
            there = sorted(joined.get(student, ()))
            for name in sorted(classes):
                if there:
                    target = there.pop()
                    found.away[name][target] += 1
                    found.here[target][name] += 1
                else:
                    found.left[name] += 1
            joined[student] = set(there)
        for classes in joined.values():
            found.joined.update(classes)
        return found


def _sides(changes: Sequence[Change]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Student → the classes that they leave, and those that they join."""
    left: dict[str, set[str]] = defaultdict(set)
    joined: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        before, after = (_students(spec) for spec in (change.verdict.before, change.verdict.after))
        if UNKNOWN not in before and not change.verdict.verb.record_only:
            for student in before - after:
                left[student].add(change.name)
            for student in after - before:
                joined[student].add(change.name)
    return left, joined


def _students(spec: object) -> set[str]:
    return set(spec.students) if isinstance(spec, Class) else set()


def _classes(plan: Plan, changes: Sequence[Change], moves: Moves, each: int) -> Iterator[Told]:
    by_verb: dict[Verb, list[Change]] = defaultdict(list)
    for change in changes:
        by_verb[change.verdict.verb].append(change)
    for verb, group in by_verb.items():
        if verb in (Verb.UPDATE, Verb.DELETE) and len(group) <= each:
            for change in group:
                yield _class(plan, change, moves)
        else:
            yield from _gathered(group, lambda change: _many_classes(plan, change))


def _many_classes(plan: Plan, change: Change) -> Sentence:
    spec = change.verdict.after or change.verdict.before
    home = _at(plan, spec.location) if isinstance(spec, Class) else ""
    one, many, after = {
        Verb.CREATE: ("class begins", "classes begin", ""),
        Verb.UPDATE: ("class changes", "classes change", ""),
        Verb.DELETE: ("class ends", "classes end", f" ({CLASS_ENDS.replace('its ', 'their ').replace('it stays as a', 'they stay as')})"),
        Verb.ADOPT: ("class is there already", "classes are there already", ""),
        Verb.FORGET: ("class is gone already", "classes are gone already", ""),
    }[change.verdict.verb]
    return Sentence(home, "", one, many, after)


def _class(plan: Plan, change: Change, moves: Moves) -> Told:
    """One class that changes or ends."""
    before, after = change.verdict.before, change.verdict.after
    spec = after or before
    name = title(plan, "class", change.name)
    parts = list(_flow(plan, change.name, moves))
    if isinstance(before, Class) and isinstance(after, Class):
        parts += _class_differences(before, after)
    place = f" ({title(plan, 'location', spec.location)})" if isinstance(spec, Class) else ""
    if change.verdict.verb is Verb.DELETE:
        head, rest = f"class {name}", f" ends ({'; '.join([CLASS_ENDS, *parts])})"
    else:
        head, rest = name, f": {'; '.join(parts)}"
    return Told(head + place + rest, head + rest, (change,))


def _flow(plan: Plan, name: str, moves: Moves) -> Iterator[str]:
    for target, count in sorted(moves.away[name].items()):
        yield Sentence("", "", "student moves", "students move", f" to {title(plan, 'class', target)}").of(count)
    for origin, count in sorted(moves.here[name].items()):
        yield Sentence("", "", "student comes", "students come", f" from {title(plan, 'class', origin)}").of(count)
    if moves.joined[name]:
        yield Sentence("", "", "student joins", "students join").of(moves.joined[name])
    if moves.left[name]:
        yield Sentence("", "", "student leaves", "students leave", " it").of(moves.left[name])


def _class_differences(before: Class, after: Class) -> Iterator[str]:
    if UNKNOWN in (before.course, *before.students):
        yield f"{len(before.students):,} → {len(after.students):,} students ({UNSAID})"
        return
    old, now = set(before.instructors), set(after.instructors)
    if now - old:
        yield f"{len(now - old)} more to teach it"
    if old - now:
        yield f"{len(old - now)} fewer to teach it"
    yield from _differences(before, after)


def _differences(before: Spec | None, after: Spec | None) -> Iterator[str]:
    """Single values, old and new."""
    for name in ("name", "number", "course", "location", "source"):
        old, new = (getattr(spec, name, "") for spec in (before, after))
        if old == UNKNOWN:
            yield f"{name} becomes {new or 'none'}"
        elif old != new:
            yield f"{name} {old or 'none'} → {new or 'none'}"
