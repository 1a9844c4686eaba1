"""Persons, classes, courses and locations as the roster endpoints tell them, by the version of the protocol.

Apple, "RosterPerson", "RosterClass", "RosterCourse", "RosterLocation": nobody's role is told; it follows from the classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers.simulator.academic import people
from providers.simulator.academic.people import Class, Course, Entry, Location, Person
from providers.simulator.enrolment import shapes
from providers.simulator.enrolment.visit import Visit

Told = dict[str, Any]


def persons(visit: Visit, uids: Sequence[str]) -> Mapping[str, Told]:
    """Unique id → the person."""
    return {one.unique_identifier: _person(visit, one) for one in people.persons(visit.store, deleted=True, uids=uids)}


def classes(visit: Visit, uids: Sequence[str]) -> Mapping[str, Told]:
    """Unique id → the class, with the names of its location and course."""
    found = list(people.classes(visit.store, deleted=True, uids=uids))
    places = people.locations(visit.store, deleted=True, uids=[one.location for one in found])
    courses = people.courses(visit.store, deleted=True, uids=[one.course for one in found])
    names = {place.unique_identifier: place.name for place in places} | {course.unique_identifier: course.name for course in courses}
    return {one.unique_identifier: _class(visit, one, names) for one in found}


def courses(visit: Visit, uids: Sequence[str]) -> Mapping[str, Told]:
    """Unique id → the course."""
    return {one.unique_identifier: _course(visit, one) for one in people.courses(visit.store, deleted=True, uids=uids)}


def locations(visit: Visit, uids: Sequence[str]) -> Mapping[str, Told]:
    """Unique id → the location."""
    return {one.unique_identifier: _location(visit, one) for one in people.locations(visit.store, deleted=True, uids=uids)}


def _entry(visit: Visit, entry: Entry, gone: str = "Inactive") -> Told:
    """What every record says; a deleted one, where it is told at all, is no longer active."""
    own = entry.source_system_identifier if visit.quirk("mdm_roster_source_ids") == "own" else entry.source
    found: Told = {"unique_identifier": entry.unique_identifier, "source": entry.source}
    if own:
        found["source_system_identifier"] = own
    if visit.version >= 3:
        found |= {"status": gone if entry.deleted_at is not None else entry.status, "op_date": shapes.moment(entry.op_at)}
    return found


def _person(visit: Visit, one: Person) -> Told:
    names = (one.first_name, one.middle_name, one.last_name)
    found = _entry(visit, one, "InActive") | {"name": " ".join(filter(None, names)), "managed_apple_id": one.managed_apple_id}
    if any(grant.role == "Student" for grant in one.roles):
        found["grade"] = one.grade_level or None
    if visit.version >= 3:
        found |= {"first_name": one.first_name, "last_name": one.last_name, "passcode_type": one.passcode_type or "complex"}
        found |= {"middle_name": one.middle_name} if one.middle_name else {}
    if visit.version >= 4 and one.person_id:
        found["person_id"] = one.person_id
    if visit.version >= 5:
        found |= {name: value for name in ("sis_username", "email_address") if (value := getattr(one, name))}
    if visit.version >= 6:
        found["is_federated_auth"] = one.federated
    return found


def _class(visit: Visit, one: Class, names: Mapping[str, str]) -> Told:
    found = _entry(visit, one) | {
        "name": one.name,
        "location": {"unique_identifier": one.location, "name": names.get(one.location, "")},
        "instructor_unique_identifiers": _members(visit, one.instructors),
        "student_unique_identifiers": _members(visit, one.students),
    }
    if one.course:
        found["course"] = {"unique_identifier": one.course, "name": names.get(one.course, "")}
    if one.room:
        found["room"] = one.room
    if visit.version >= 4:
        found |= {"class_number": one.class_number} if one.class_number else {}
    if visit.version >= 5:
        found |= {"class_display_name": one.display_name} if one.display_name else {}
    return found


def _members(visit: Visit, uids: tuple[str, ...]) -> list[str] | None:
    return None if not uids and visit.quirk("mdm_roster_members") == "null" else list(uids)


def _course(visit: Visit, one: Course) -> Told:
    return _entry(visit, one) | {name: value for name, value in (("name", one.name), ("course_number", one.course_number)) if value}


def _location(visit: Visit, one: Location) -> Told:
    return _entry(visit, one) | {"name": one.name}
