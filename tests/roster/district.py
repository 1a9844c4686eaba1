"""An invented district, as a roster and as the exports of a student information system."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reconciler.resource import Source
from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Part, Roster
from reconciler.roster.report import Report

Rows = Mapping[str, Sequence[Mapping[str, str]]]
"""File (students, staff, …) → rows, each a mapping of Apple's columns; what a row lacks is blank."""

INVENTED: Rows = {
    "students": [
        {
            "person_id": f"s-{at}",
            "person_number": str(100 + at),
            "first_name": f"Invented {at}",
            "middle_name": 'of "Nowhere"' if at == 1 else "",
            "last_name": f"O’Made-Up, the {at}th",
            "grade_level": str(at % 3 + 6),
            "email_address": f"s{at}@pupils.example",
            "sis_username": f"u{at}",
            "location_id": ("north", "south")[at % 2],
        }
        for at in range(6)
    ],
    "staff": [
        {
            "person_id": f"t-{at}",
            "first_name": f"Imagined{at}",
            "last_name": "Nobody",
            "email_address": f"t{at}@staff.example",
            "sis_username": f"v{at}",
            "location_id": "south",
            "location_id_2": "north" if at else "",
        }
        for at in range(4)
    ],
    "courses": [{"course_id": "sci", "course_number": "SCI-1", "course_name": "Science, general", "location_id": "north"}],
    "classes": [
        {
            "class_id": f"sci-{at}",
            "class_number": f"{at}-A",
            "course_id": "sci",
            "instructor_id": "t-0",
            "instructor_id_2": "t-1",
            "instructor_id_3": "t-2" if at else "",
            "instructor_id_4": "t-3" if at else "",
            "location_id": "north",
        }
        for at in range(2)
    ],
    "rosters": [{"class_id": f"sci-{at % 2}", "student_id": f"s-{at}"} for at in range(6)],
    "locations": [{"location_id": "north", "location_name": "North School"}, {"location_id": "south", "location_name": "South"}],
}


def roster_of(rows: Rows) -> Roster:
    """The rows as one part for each file. Where they stand is nowhere."""
    roster = Roster()
    for name, layout in LAYOUTS.items():
        columns = layout.header({column for row in rows.get(name, ()) for column in row})
        values = {column: [row.get(column, "") for row in rows.get(name, ())] for column in columns}
        roster.add(Part(layout, len(rows.get(name, ())), dict(values), lambda row, column: Source(f"{row} {column}")))
    return roster


def rows_of(roster: Roster) -> dict[str, list[dict[str, str]]]:
    """The rows of a roster without blanks and roster_ids, sorted."""
    return {name: sorted((row for part in roster.of(name) for row in _rows(part)), key=lambda row: sorted(row.items())) for name in LAYOUTS}


def _rows(part: Part) -> list[dict[str, str]]:
    names = [name for name in part.columns if name != "roster_id"]
    rows = zip(*(part.column(name) for name in names), strict=True)
    return [{name: value for name, value in zip(names, row, strict=True) if value} for row in rows]


def no_findings(report: Report) -> bool:
    """Whether nothing at all was found."""
    assert [str(finding) for finding in report.found] == []
    return True


def write_oneroster(folder: Path, rows: Rows) -> None:
    """The same district as a OneRoster 1.1 export."""
    people = [*(("student", row) for row in rows["students"]), *(("teacher", row) for row in rows["staff"])]
    _write(folder / "orgs.csv", ({"sourcedId": r["location_id"], "name": r["location_name"], "type": "school"} for r in rows["locations"]))
    _write(folder / "users.csv", (_user(role, row) for role, row in people))
    _write(
        folder / "courses.csv",
        (
            {"sourcedId": r["course_id"], "title": r["course_name"], "courseCode": r["course_number"], "orgSourcedId": r["location_id"]}
            for r in rows["courses"]
        ),
    )
    _write(
        folder / "classes.csv",
        (
            {
                "sourcedId": row["class_id"],
                "title": "whatever",
                "courseSourcedId": row["course_id"],
                "classCode": row["class_number"],
                "classType": "scheduled",
                "schoolSourcedId": row["location_id"],
            }
            for row in rows["classes"]
        ),
    )
    _write(folder / "enrollments.csv", _enrollments(rows))


def _user(role: str, row: Mapping[str, str]) -> dict[str, str]:
    return {
        "sourcedId": row["person_id"],
        "status": "active",
        "orgSourcedIds": ",".join(filter(None, (row["location_id"], row.get("location_id_2", "")))),
        "role": role,
        "username": row.get("sis_username", ""),
        "givenName": row["first_name"],
        "familyName": row["last_name"],
        "middleName": row.get("middle_name", ""),
        "identifier": row.get("person_number", ""),
        "email": row.get("email_address", ""),
        "grades": row.get("grade_level", ""),
    }


def _enrollments(rows: Rows) -> list[dict[str, str]]:
    found = [{"classSourcedId": row["class_id"], "userSourcedId": row["student_id"], "role": "student"} for row in rows["rosters"]]
    for row in rows["classes"]:
        for column, value in row.items():
            if column.startswith("instructor_id") and value:
                found.append({"classSourcedId": row["class_id"], "userSourcedId": value, "role": "teacher"})
    return [{"sourcedId": f"e-{number}", **one} for number, one in enumerate(found)]


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    listed = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
