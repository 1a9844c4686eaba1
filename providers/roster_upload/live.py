"""What Apple tells of the roster (device enrolment service, "Roster management"), under the names that our plans use.

Not told at all: roles, whose location is which, and numbers of people. What is blank may be unknown to an older version of the protocol.
So what is told is laid over what we know already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from providers.device_enrolment.roster import AcademicReading, ClassRow, CourseRow, Entry, LocationRow, PersonRow
from reconciler.kinds.roster import UNKNOWN, Class, Course, Location, Person
from reconciler.pseudonyms import Pseudonyms
from reconciler.resource import Spec
from reconciler.roster.desired import CLASS, COURSE, LOCATION, PERSON

UPLOADED = frozenset(("", "SFTP", "CSV"))
"""Sources of what uploads made; blank where Apple does not say."""
POLICIES = {"4": "four", "6": "six", "8": "complex"}
"""The policy of an upload → Apple's word for it when it tells of an account."""
_TOLD = ("first_name", "middle_name", "last_name", "email", "sis_username")

R = TypeVar("R", bound=Entry)


class Live:
    """One reading. Things whose account is deactivated, or which are inactive, are not there.

    `unnamed`: kind → how many have no id that a roster could name. `repeated`: kind → how many that uploads made share theirs with others.
    """

    def __init__(self, reading: AcademicReading, pseudonyms: Pseudonyms) -> None:
        self._mask = pseudonyms.mask
        accounts = [row for row in reading.persons.values() if _active(row)]
        people = [row for row in accounts if row.person_id or row.sis_id]
        names = pseudonyms.all(PERSON, [row.person_id or row.sis_id for row in people])
        self._name_of = dict(zip((row.key for row in people), names, strict=True))
        self._location_of = {row.key: row.sis_id for row in reading.locations.values()}
        self._course_of = {row.key: row.sis_id for row in reading.courses.values()}
        self._people = _best(zip(names, people, strict=True))
        classes = [row for row in reading.classes.values() if _active(row)]
        self._classes = _best((row.sis_id, row) for row in classes)
        self.unnamed = {PERSON: len(accounts) - len(people), CLASS: sum(not row.sis_id for row in classes)}
        self._locations = _best((row.sis_id, row) for row in reading.locations.values() if _active(row))
        self._courses = _best((row.sis_id, row) for row in reading.courses.values() if _active(row))
        named: Mapping[str, Iterable[Entry]] = {CLASS: classes, LOCATION: reading.locations.values(), COURSE: reading.courses.values()}
        self.repeated = {kind: count for kind, rows in named.items() if (count := _repeated(rows))}

    @cached_property
    def rows(self) -> Mapping[str, Mapping[str, Entry]]:
        """Kind → name → what Apple tells of it."""
        return {PERSON: self._people, CLASS: self._classes, LOCATION: self._locations, COURSE: self._courses}

    def there(self, kind: str, name: str) -> bool:
        """Whether Apple has it."""
        return name in self.rows[kind]

    def foreign(self, kind: str, name: str) -> str:
        """Who made it, where that was no upload: Apple's word (MANUAL, SIS, …). Empty for what is an upload's, or is not there."""
        row = self.rows[kind].get(name)
        return "" if row is None or row.source.upper() in UPLOADED else row.source

    def over(self, name: str, known: Spec) -> Spec:
        """`known` with everything that Apple tells of it instead. KeyError if Apple does not have it."""
        if isinstance(known, Person):
            return self._person(self._people[name], known)
        if isinstance(known, Class):
            return self._class(self._classes[name], known)
        if isinstance(known, Course):
            course = self._courses[name]
            return known.model_copy(update=_told(name=course.name, number=course.number))
        return known.model_copy(update=_told(name=self._locations[name].name))

    def title(self, kind: str, name: str) -> str:
        """What people call a location or a course; empty where Apple does not tell."""
        row = self.rows[kind].get(name)
        return row.name if isinstance(row, LocationRow | CourseRow) else ""

    def _person(self, row: PersonRow, known: Person) -> Person:
        told: dict[str, str] = {attribute: self._mask(attribute, getattr(row, attribute)) for attribute in _TOLD}
        if known.role == "student":
            told |= {"grade": row.grade, "passcode": self._policy(row.passcode, known.passcode)}
        return known.model_copy(update=_told(**told))

    def _policy(self, word: str, known: str) -> str:
        """An account that has the policy of its location may have any."""
        if known in ("", UNKNOWN) or POLICIES.get(known) == word:
            return known
        return next((policy for policy, meaning in POLICIES.items() if meaning == word), known)

    def _class(self, row: ClassRow, known: Class) -> Class:
        told = _told(number=row.number, location=self._location_of.get(row.location, ""), course=self._course_of.get(row.course, ""))
        members = {"students": self._names(row.students), "instructors": self._names(row.instructors)}
        return known.model_copy(update={**told, **members})

    def _names(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Members whose accounts are active."""
        return tuple(sorted({self._name_of[key] for key in keys if key in self._name_of}))


def blank(kind: str) -> Spec:
    """What we know of something that is neither declared nor ours: nothing."""
    match kind:
        case "person":
            return Person(role="student", first_name="", last_name="", locations=())
        case "class":
            return Class(course="", location="")
        case "course":
            return Course(location="")
        case _:
            return Location(name="")


def _told(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _active(row: Entry) -> bool:
    return row.status.lower() != "inactive"


def _repeated(rows: Iterable[Entry]) -> int:
    """How many of the rows that uploads made have an id that more of them have."""
    ids = Counter(row.sis_id for row in rows if _active(row) and row.sis_id and row.source.upper() in UPLOADED)
    return sum(count for count in ids.values() if count > 1)


def _best(rows: Iterable[tuple[str, R]]) -> dict[str, R]:
    """One row for each name. Ids need not be unique: what an upload made comes before what a person made."""
    found: dict[str, R] = {}
    for name, row in rows:
        if name and (name not in found or found[name].source.upper() not in UPLOADED):
            found[name] = row
    return found
