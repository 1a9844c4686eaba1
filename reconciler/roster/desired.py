"""From a roster to desired state: everybody under a pseudonym, and a thing's spec made only when somebody asks for it.

A large district has 150,000 people of whom a few hundred change. What runs for each of them is a hash of the row; pydantic models are
made for those that a plan speaks of.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Literal

from reconciler.kinds.roster import Class, Course, Location, Person
from reconciler.pseudonyms import Pseudonyms
from reconciler.resource import Declared, Spec, lean
from reconciler.roster.layout import COURSES, LOCATIONS, PEOPLE, Layout
from reconciler.roster.marks import Mark
from reconciler.roster.part import Part, Roster

PERSON, LOCATION, COURSE, CLASS = "person", "location", "course", "class"
KINDS = (LOCATION, PERSON, COURSE, CLASS)

Row = tuple[Part, int]


@dataclass(frozen=True, slots=True)
class Identity:
    """How people are called outside: person_id → pseudonym, for everybody in a roster, others as they come."""

    pseudonyms: Pseudonyms
    known: Mapping[str, str]

    def of(self, person: str) -> str:
        """The pseudonym of one person_id."""
        return self.known.get(person) or self.pseudonyms.of(PERSON, person)


class Declarations(Mapping[str, Declared]):
    """Things of one kind under the names that plans know them by. `fingerprints`: name → mark, for all of them.

    Asking for a thing makes its spec, so ask only for what is of interest. It is one object from then on: planners tell things apart by
    identity.
    """

    def __init__(self, rows: Mapping[str, Row], fingerprints: Mapping[str, str], spec: Callable[[Part, int], Spec]) -> None:
        self._rows = rows
        self._spec = spec
        self._asked: dict[str, Declared] = {}
        self.fingerprints = fingerprints

    def row(self, name: str) -> Row:
        """Where one thing stands in the roster. KeyError if it is not declared."""
        return self._rows[name]

    def spec(self, name: str) -> Spec:
        """What is wanted of one thing. KeyError if it is not declared."""
        return self._spec(*self._rows[name])

    def __getitem__(self, name: str) -> Declared:
        if name not in self._asked:
            part, row = self._rows[name]
            place = part.place(row, part.layout.key)
            self._asked[name] = Declared(self._spec(part, row), place, part.origin, self.fingerprints[name])
        return self._asked[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows


def declare(roster: Roster, pseudonyms: Pseudonyms) -> dict[str, Declarations]:
    """Kind → what a roster declares. The roster was found sound: every id is there once."""
    people = [key for layout in PEOPLE for key in roster.keys(layout.name)]
    known = dict(zip(people, pseudonyms.all(PERSON, people), strict=True))
    return {
        LOCATION: _declared(LOCATION, LOCATIONS, roster, pseudonyms, _location),
        PERSON: _people(roster, Identity(pseudonyms, known)),
        COURSE: _declared(COURSE, COURSES, roster, pseudonyms, _course),
        CLASS: _classes(roster, Identity(pseudonyms, known)),
    }


def content(declared: Mapping[str, Declarations]) -> str:
    """SHA-256 of everything that is declared: equal for equal uploads, and many times quicker than making the zip."""
    found = hashlib.sha256()
    for kind in sorted(declared):
        found.update("\n".join([kind, *sorted(map("\t".join, declared[kind].fingerprints.items())), ""]).encode())
    return found.hexdigest()


def _declared(kind: str, layout: Layout, roster: Roster, pseudonyms: Pseudonyms, spec: Callable[[Part, int], Spec]) -> Declarations:
    """Locations and courses, which have no members and no secrets."""
    rows: dict[str, Row] = {}
    marks: dict[str, str] = {}
    for part in roster.of(layout.name):
        rows.update(zip(part.keys, zip(repeat(part), range(part.count)), strict=True))
        places = part.column("location_id") if kind == COURSE else repeat("", part.count)
        texts = zip(*(part.column(column) for column in layout.columns[1:]), strict=True)
        for key, text, place in zip(part.keys, map("\n".join, texts), places, strict=True):
            marks[key] = str(Mark(pseudonyms.fingerprint(kind, text), "", place))
    return Declarations(rows, marks, spec)


def _location(part: Part, row: int) -> Location:
    return Location(name=part.column("location_name")[row])


def _course(part: Part, row: int) -> Course:
    number, name, place = (part.column(column)[row] for column in COURSES.columns[1:])
    return Course(location=place, number=number, name=name)


ATTRIBUTES: Mapping[str, str] = {
    "person_number": "number",
    "first_name": "first_name",
    "middle_name": "middle_name",
    "last_name": "last_name",
    "grade_level": "grade",
    "email_address": "email",
    "sis_username": "sis_username",
    "password_policy": "passcode",
}
"""Column of a person → attribute of the spec, but for the locations."""
CLEAR = frozenset(("grade", "passcode"))
"""Attributes of people that plans show as they are."""


def _people(roster: Roster, who: Identity) -> Declarations:
    rows: dict[str, Row] = {}
    marks: dict[str, str] = {}
    people: dict[int, Callable[[int], Person]] = {}
    for layout in PEOPLE:
        role = role_of(layout)
        for part in roster.of(layout.name):
            names = [who.known[key] for key in part.keys]
            people[id(part)] = _person(part, who.pseudonyms)
            rows.update(zip(names, zip(repeat(part), range(part.count)), strict=True))
            places = part.column("location_id")
            texts = map("\n".join, zip(*(part.column(column) for column in ATTRIBUTES), places, _further(part), strict=True))
            digests = who.pseudonyms.fingerprints(role, texts)
            tails = {place: f" {role} {place}" for place in set(places)}
            marks.update((name, digest + tails[place]) for name, digest, place in zip(names, digests, places, strict=True))
    return Declarations(rows, marks, lambda part, row: people[id(part)](row))


def role_of(layout: Layout) -> Literal["staff", "student"]:
    """What a file's people are."""
    return "staff" if layout.name == "staff" else "student"


def _further(part: Part) -> Iterable[str]:
    """What each row has beside its main location, each with a line break before it, in an order that is always the same."""
    columns = [part.column(column) for column in part.repeated("location_id")[1:]]
    if not columns:
        return repeat("", part.count)
    return ("".join(sorted(f"\n{value}" for value in values if value)) for values in zip(*columns, strict=True))


def _person(part: Part, pseudonyms: Pseudonyms) -> Callable[[int], Person]:
    """Makes somebody's spec from a row; keyed hashes stand for what tells who it is."""
    role = role_of(part.layout)
    told = [
        (attribute, part.column(column), str if attribute in CLEAR else pseudonyms.masking(attribute))
        for column, attribute in ATTRIBUTES.items()
    ]
    first, *further = (part.column(column) for column in part.repeated("location_id"))

    def person(row: int) -> Person:
        values: dict[str, Any] = {attribute: shown(column[row]) for attribute, column, shown in told}
        locations = (first[row], *sorted(filter(None, (column[row] for column in further))))
        return lean(Person(role=role, locations=locations, **values))

    return person


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in each class, by person_id, sorted."""

    students: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, roster: Roster) -> Members:
        """From the rows of rosters.csv, whichever source they come from."""
        found: dict[str, set[str]] = defaultdict(set)
        for part in roster.of("rosters"):
            for one, student in zip(part.column("class_id"), part.column("student_id"), strict=True):
                found[one].add(student)
        return cls({one: sorted(students) for one, students in found.items()})


def instructors(part: Part) -> list[tuple[str, ...]]:
    """Who teaches each class of a part, by person_id, sorted."""
    columns = [part.column(column) for column in part.repeated("instructor_id")]
    if not columns:
        return [()] * part.count
    return [tuple(sorted(set(people) - {""})) for people in zip(*columns, strict=True)]


def _classes(roster: Roster, who: Identity) -> Declarations:
    students = Members.of(roster).students
    rows: dict[str, Row] = {}
    marks: dict[str, str] = {}
    teaching: dict[str, tuple[str, ...]] = {}
    for part in roster.of("classes"):
        rows.update(zip(part.keys, zip(repeat(part), range(part.count)), strict=True))
        numbers, courses, places = (part.column(column) for column in ("class_number", "course_id", "location_id"))
        taught = instructors(part)
        teaching.update(zip(part.keys, taught, strict=True))
        inside = [students.get(key, ()) for key in part.keys]
        texts = map(_class_text, numbers, courses, places, taught, inside)
        digests = who.pseudonyms.fingerprints(CLASS, texts)
        marks.update(
            (key, f"{digest} {len(members)} {place}")
            for key, digest, members, place in zip(part.keys, digests, inside, places, strict=True)
        )
    return Declarations(rows, marks, lambda part, row: _class(part, row, teaching, students, who))


def _class_text(number: str, course: str, place: str, taught: Sequence[str], students: Sequence[str]) -> str:
    return "\n".join((number, course, place, *taught, "", *students))


def _class(part: Part, row: int, teaching: Mapping[str, Sequence[str]], students: Mapping[str, Sequence[str]], who: Identity) -> Class:
    key = part.keys[row]
    return Class(
        course=part.column("course_id")[row],
        location=part.column("location_id")[row],
        number=part.column("class_number")[row],
        instructors=tuple(sorted(map(who.of, teaching[key]))),
        students=tuple(sorted(map(who.of, students.get(key, ())))),
    )
