"""Reads roster cases: declared + uploaded before + what Apple tells → verbs, refusals, words. The files in rosters/ say what they must be.

`declared`, `uploaded` (the record, and the private copy unless `copy: lost`) and `apple` (left out: nothing can be read) have the same
shape: `locations` (id: name), `students` and `staff` (id: {at: location, …columns}), `courses` and `classes` (id: {at, …columns;
instructors, students}). Under `apple` a thing may have a `source` and a `status`, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from providers.device_enrolment.roster import AcademicReading, ClassRow, CourseRow, LocationRow, PersonRow
from providers.roster_upload.live import Live
from providers.roster_upload.provider import Line, RosterUpload, Way
from reconciler.desired import Desired
from reconciler.load import load
from reconciler.plan import Binding, Plan
from reconciler.planner import Facts, plan
from reconciler.provider import Look
from reconciler.pseudonyms import REHEARSED
from reconciler.resource import Address
from reconciler.roster.copies import Copies
from reconciler.roster.desired import Declarations, content, declare
from state.record import Entry, Record
from tests.plan.cases import TODAY, Case, Memory
from tests.roster.district import roster_of
from tests.wire.host import Hours

Things = Mapping[str, Mapping[str, Any]]
SETTINGS = (
    "organization: {name: Case School, time_zone: UTC}\nconnections: {apple_school: {simulator: {}}, roster_upload: {simulator: {}}}\n"
)
COLUMNS = {"grade": "grade_level", "email": "email_address", "first": "first_name", "last": "last_name", "passcode": "password_policy"}
NONE: Things = {}


def plan_of(case: Case, folder: Path) -> Plan:
    """The plan for the case, made by the real planner over the real provider's observation."""
    given = case.given
    (folder / "reconciler.yaml").write_text(SETTINGS + given.get("settings", ""))
    configuration = load(folder, date.fromisoformat(str(given.get("today", TODAY))))
    roster = roster_of(_rows(given.get("declared", NONE)))
    declared, uploaded = declare(roster, REHEARSED), declare(roster_of(_rows(given.get("uploaded", NONE))), REHEARSED)
    record, provider = _record(uploaded, attested=given.get("attested", "")), _provider(given, uploaded)
    look = Look(Desired(dict(declared)), record.entries, roster)
    in_flight = frozenset(Address(*_called(text).split("/")) for text in given.get("in_flight", ()))
    facts = Facts(look.desired, record, provider.observe(look, print), configuration.settings, configuration.today, in_flight)
    return plan(facts, provider, Binding("Case School", "case", "lineage", 1, "", "2026-11-23T08:00:00+00:00"))


def called(given: Mapping[str, Any]) -> dict[str, str]:
    """Pseudonym → person_id, for everybody that a case speaks of."""
    sides = (given.get(side) or NONE for side in ("declared", "uploaded", "apple"))
    people = {person for side in sides for file in ("students", "staff") for person in side.get(file, ())}
    return {REHEARSED.of("person", person): person for person in people}


def _called(address: str) -> str:
    kind, _, name = address.partition("/")
    return f"{kind}/{REHEARSED.of(kind, name) if kind == 'person' else name}"


def _rows(things: Things) -> dict[str, list[dict[str, str]]]:
    """As rows of the six files."""
    classes = things.get("classes", {})
    return {
        "locations": [{"location_id": name, "location_name": title} for name, title in things.get("locations", {}).items()],
        "students": [_person(name, one) for name, one in things.get("students", {}).items()],
        "staff": [_person(name, one) for name, one in things.get("staff", {}).items()],
        "courses": [
            {"course_id": name, "location_id": one["at"], "course_name": one.get("name", ""), "course_number": one.get("number", "")}
            for name, one in things.get("courses", {}).items()
        ],
        "classes": [_class(name, one) for name, one in classes.items()],
        "rosters": [{"class_id": name, "student_id": student} for name, one in classes.items() for student in one.get("students", ())],
    }


def _person(name: str, one: Mapping[str, Any]) -> dict[str, str]:
    row = {"person_id": name, "first_name": "A", "last_name": "B", "location_id": one["at"]}
    return row | {COLUMNS[key]: str(value) for key, value in one.items() if key in COLUMNS}


def _class(name: str, one: Mapping[str, Any]) -> dict[str, str]:
    teachers = {f"instructor_id_{at}" if at > 1 else "instructor_id": who for at, who in enumerate(one.get("instructors", ()), 1)}
    return {"class_id": name, "location_id": one["at"], "course_id": one["course"], "class_number": str(one.get("number", "")), **teachers}


def _record(uploaded: Mapping[str, Declarations], attested: str) -> Record:
    record = Record("Case School", "lineage", 1)
    for kind, things in uploaded.items():
        for name, mark in things.fingerprints.items():
            record.put(kind, name, Entry(mark, "", attested))
    return record


def _provider(given: Mapping[str, Any], uploaded: Mapping[str, Declarations]) -> RosterUpload:
    clock, copies = Hours(), Copies(Memory())
    if given.get("copy") != "lost":
        copies.keep(content(uploaded), datetime(2026, 11, 1, tzinfo=UTC), uploaded)
        copies.accept(content(uploaded))
    reading = Live(_reading(given["apple"]), REHEARSED) if "apple" in given else None
    way = Way(Line("case", _no_upload, lambda _: None, lambda: None), (lambda _: reading) if reading else None, lambda: 0, lambda: None)
    return RosterUpload(way, copies, clock, timedelta(hours=1))


def _no_upload(*_: object) -> None:
    raise AssertionError("a plan uploaded something")


def _reading(things: Things) -> AcademicReading:
    rows = _rows(things)
    people = {**things.get("students", {}), **things.get("staff", {})}
    return AcademicReading(
        {
            row["person_id"]: PersonRow(
                *_entry(row["person_id"], people[row["person_id"]]),
                *("", row["first_name"], "", row["last_name"], ""),
                *(row["person_id"], row.get("grade_level", ""), "", row.get("email_address", ""), ""),
                federated=None,
            )
            for row in (*rows["students"], *rows["staff"])
        },
        {name: ClassRow(*_entry(name, one), *_taught(one)) for name, one in things.get("classes", {}).items()},
        {name: LocationRow(*_entry(name, {}), title) for name, title in things.get("locations", {}).items()},
        {
            name: CourseRow(*_entry(name, one), one.get("name", ""), one.get("number", ""))
            for name, one in things.get("courses", {}).items()
        },
    )


def _entry(name: str, one: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    return name, name, one.get("source", "SFTP"), one.get("status", "Active"), ""


def _taught(one: Mapping[str, Any]) -> Iterator[Any]:
    yield from ("", str(one.get("number", "")), "", "", one["at"], one["course"])
    yield tuple(one.get("instructors", ()))
    yield tuple(one.get("students", ()))
