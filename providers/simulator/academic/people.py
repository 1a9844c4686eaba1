"""The academic half as rows: persons, classes, courses and locations with the facts that Apple's read channels tell of them.

MDM Protocol Reference, "MDM Rosters": `source_system_identifier` may change and need not be unique; only `unique_identifier` is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from providers.simulator.store import Store

Uids = Sequence[str] | None
"""Unique ids that are wanted; None is all of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What every row says: `op_at` and `deleted_at` in seconds since 1970, `source` SFTP, MANUAL, SYSTEM, ENROLLMENT …; "" is unknown."""

    unique_identifier: str
    source_system_identifier: str
    source: str
    status: str
    op_at: float
    deleted_at: float | None


@dataclass(frozen=True, slots=True)
class Location(Entry):
    """A location; `passcode_type` (complex, four, six) is what its students get unless a file says otherwise."""

    name: str
    is_primary: bool
    passcode_type: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a location (its unique_identifier); `uploaded` roles follow the files, the others a person in the portal."""

    role: str
    location: str
    uploaded: bool


@dataclass(frozen=True, slots=True)
class Person(Entry):
    """An account. `status` Active or InActive; `edited`: somebody changed it in the portal, so that uploads no longer apply."""

    person_id: str
    person_number: str
    first_name: str
    middle_name: str
    last_name: str
    grade_level: str
    email_address: str
    sis_username: str
    managed_apple_id: str
    passcode_type: str
    federated: bool
    edited: bool
    licensed: bool
    created_at: float
    deactivated_at: float | None
    roles: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Course(Entry):
    """A course at a location (its unique_identifier)."""

    name: str
    course_number: str
    location: str


@dataclass(frozen=True, slots=True)
class Class(Entry):
    """A class. Course ("": none), location and members are unique_identifiers, members in the order of the files.

    `name` is what the portal shows: `display_name` if somebody gave one, else course name and class number.

    `schoolwork`: its progress data in Schoolwork is still there.
    """

    name: str
    class_number: str
    display_name: str
    room: str
    course: str
    location: str
    instructors: tuple[str, ...]
    students: tuple[str, ...]
    schoolwork: bool


def locations(store: Store, *, since: float | None = None, deleted: bool = False, uids: Uids = None) -> Iterator[Location]:
    """Every location in the order of arrival; only what changed after `since`; deleted ones too where wanted; only those named."""
    for row in _rows(store, "locations", "location_id", "name, is_primary, passcode_type", since, deleted, uids):
        yield Location(*(*row[:7], bool(row[7]), row[8]))


def persons(store: Store, *, since: float | None = None, deleted: bool = False, uids: Uids = None) -> Iterator[Person]:
    """Every account, deactivated ones included. See `locations`."""
    columns = (
        "person_id, person_number, first_name, middle_name, last_name, grade_level, email_address, sis_username, account, passcode_type,"
        " federated, edited, licensed, created_at, deactivated_at"
    )
    roles = "(SELECT json_group_array(json_array(role, location, uploaded)) FROM person_roles WHERE person = persons.uid)"
    for row in _rows(store, "persons", "person_id", f"{columns}, {roles}", since, deleted, uids):
        grants = tuple(Grant(role, place, bool(uploaded)) for role, place, uploaded in orjson.loads(row[-1]))
        yield Person(*(*row[:16], *map(bool, row[16:19]), *row[19:21], grants))


def courses(store: Store, *, since: float | None = None, deleted: bool = False, uids: Uids = None) -> Iterator[Course]:
    """Every course. See `locations`."""
    for row in _rows(store, "courses", "course_id", "name, course_number, location", since, deleted, uids):
        yield Course(*row)


def classes(store: Store, *, since: float | None = None, deleted: bool = False, uids: Uids = None) -> Iterator[Class]:
    """Every class with its members. See `locations`."""
    of_role = "(SELECT json_group_array(person) FROM (SELECT person FROM members WHERE class = classes.uid AND role = '{}' ORDER BY place))"
    title = "(SELECT name FROM courses WHERE uid = classes.course)"
    name = f"CASE display_name WHEN '' THEN trim(coalesce({title}, '') || ' ' || class_number) ELSE display_name END"
    columns = f"{name}, class_number, display_name, room, course, location, schoolwork"
    members = ", ".join(of_role.format(role) for role in ("instructor", "student"))
    for row in _rows(store, "classes", "class_id", f"{columns}, {members}", since, deleted, uids):
        instructors, students = (tuple(orjson.loads(listed)) for listed in row[13:])
        yield Class(*(*row[:10], row[10] or "", row[11], instructors, students, bool(row[12])))


def _rows(store: Store, table: str, own_id: str, columns: str, since: float | None, deleted: bool, uids: Uids) -> list[tuple[Any, ...]]:
    named = "1" if uids is None else "uid IN (SELECT value FROM json_each(?))"
    # Table and columns are this module's own words, never input.
    sql = (
        f"SELECT uid, {own_id}, source, status, op_at, deleted_at, {columns} FROM {table}"  # noqa: S608 - see above
        f" WHERE (? OR deleted_at IS NULL) AND op_at > ? AND {named} ORDER BY position"
    )
    values = [] if uids is None else [orjson.dumps(list(uids)).decode()]
    return store.rows(sql, deleted, -1.0 if since is None else since, *values)
