"""The roster as it stands at Apple: every location, person, course and class, read whole.

Apple, "Roster management". The sync endpoints are not used: whether they tell of deletions is contradicted by Apple's own pages, and what
is not told cannot be compared. Fields come with versions of the protocol, so each may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import TypeVar

from providers.device_enrolment.account import Account
from providers.device_enrolment.account import read as read_account
from providers.device_enrolment.walk import Row, whole
from providers.wire.message import Call
from providers.wire.words import Refused
from reconciler.errors import ProviderError
from reconciler.provider import Notice, Report

COURSES = ("/roster/class/course", "/roster/course")
"""Apple's present pages name the first one, its older ones and the live account the second."""


@dataclass(slots=True, repr=False)
class Entry:
    """What every row has; texts are empty where Apple tells nothing. `key` is Apple's unique_identifier.

    `sis_id` (source_system_identifier) may change and stand on several rows. `source`: SFTP, SIS, MANUAL, … `status`: Active or InActive.
    """

    key: str
    sis_id: str
    source: str
    status: str
    changed: str


@dataclass(slots=True, repr=False)
class LocationRow(Entry):
    """A location."""

    name: str


@dataclass(slots=True, repr=False)
class CourseRow(Entry):
    """A course."""

    name: str
    number: str


@dataclass(slots=True, repr=False)
class PersonRow(Entry):
    """Somebody with a Managed Apple Account. Apple tells no role: it follows from the classes.

    `passcode`: complex, four or six. `federated` is None where Apple does not tell.
    """

    name: str
    first_name: str
    middle_name: str
    last_name: str
    account: str
    person_id: str
    grade: str
    passcode: str
    email: str
    sis_username: str
    federated: bool | None


@dataclass(slots=True, repr=False)
class ClassRow(Entry):
    """A class; its location, course and members by their unique_identifiers."""

    name: str
    number: str
    room: str
    display_name: str
    location: str
    course: str
    instructors: tuple[str, ...]
    students: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcademicReading:
    """The whole roster, each by unique_identifier."""

    persons: Mapping[str, PersonRow]
    classes: Mapping[str, ClassRow]
    locations: Mapping[str, LocationRow]
    courses: Mapping[str, CourseRow]


R = TypeVar("R", bound=Entry)


def read(report: Report, account: Account | None = None) -> Call[AcademicReading]:
    """Every row, or an error. 150,000 people take 150 requests. `account` is read first if it is not at hand."""
    account = account or (yield from read_account())
    locations = yield from _locations(account, report)
    persons = yield from _all(account, ("/roster/class/person",), "persons", "people", _person, report)
    courses = yield from _all(account, account.serves(*COURSES), "courses", "courses", _course, report)
    classes = yield from _all(account, ("/roster/class",), "classes", "classes", _class, report)
    return AcademicReading(persons, classes, locations, courses)


def locations(report: Report) -> Call[dict[str, LocationRow]]:
    """Every location, or an error."""
    return (yield from _locations((yield from read_account()), report))


def _locations(account: Account, report: Report) -> Call[dict[str, LocationRow]]:
    if not account.serves("/roster/class"):
        raise ProviderError("Apple offers this server token no roster.", "Rosters belong to Apple School Manager; is this its token?")
    return (yield from _all(account, ("/roster/class/location",), "locations", "locations", _location, report))


def _all(account: Account, paths: Sequence[str], key: str, noun: str, row: Callable[[Row], R], report: Report) -> Call[dict[str, R]]:
    title = f"Reading the {noun} of the roster from Apple"

    def keep(found: dict[str, R], rows: list[Row]) -> None:
        found.update((each.key, each) for each in map(row, rows) if each.key)
        report(Notice(title, len(found)))

    for path in paths[:-1]:
        try:
            return (yield from whole(path, key, title, account.page(path), keep))
        except Refused as refusal:
            if refusal.status != 404:  # the next address may be the one that is served
                raise
    return (yield from whole(paths[-1], key, title, account.page(paths[-1]), keep))


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _word(row: Row, name: str) -> str:
    """A text that many rows share."""
    return intern(_text(row, name))


def _entry(row: Row) -> tuple[str, str, str, str, str]:
    return (
        _text(row, "unique_identifier"),
        _text(row, "source_system_identifier"),
        _word(row, "source"),
        _word(row, "status"),
        _text(row, "op_date"),
    )


def _location(row: Row) -> LocationRow:
    return LocationRow(*_entry(row), _text(row, "name"))


def _course(row: Row) -> CourseRow:
    return CourseRow(*_entry(row), _text(row, "name"), _text(row, "course_number"))


def _person(row: Row) -> PersonRow:
    federated = row.get("is_federated_auth")
    return PersonRow(
        *_entry(row),
        name=_text(row, "name"),
        first_name=_text(row, "first_name"),
        middle_name=_text(row, "middle_name"),
        last_name=_text(row, "last_name"),
        account=_text(row, "managed_apple_id"),
        person_id=_text(row, "person_id"),
        grade=_word(row, "grade"),
        passcode=_word(row, "passcode_type"),
        email=_text(row, "email_address"),
        sis_username=_text(row, "sis_username"),
        federated=federated if isinstance(federated, bool) else None,
    )


def _class(row: Row) -> ClassRow:
    return ClassRow(
        *_entry(row),
        name=_text(row, "name"),
        number=_text(row, "class_number"),
        room=_text(row, "room"),
        display_name=_text(row, "class_display_name"),
        location=_reference(row.get("location")),
        course=_reference(row.get("course")),
        instructors=_members(row.get("instructor_unique_identifiers")),
        students=_members(row.get("student_unique_identifiers")),
    )


def _reference(value: object) -> str:
    return intern(_text(value, "unique_identifier")) if isinstance(value, dict) else ""


def _members(value: object) -> tuple[str, ...]:
    """Nobody is told as null, as an empty list, and not at all."""
    return tuple(member for member in value if isinstance(member, str)) if isinstance(value, list) else ()
