"""A small invented district with people, its uploads rehearsed: what the tests of roster plans run on."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from reconciler.roster.write import to_files
from tests.district import District
from tests.roster.district import roster_of

SCHOOLS = {"north": "North School", "south": "South School", "west": "West School"}
STUDENTS, CLASS = 60, 10


def people() -> dict[str, list[dict[str, str]]]:
    """Sixty students and six teachers at three schools, and six classes of ten."""
    places = list(SCHOOLS)
    return {
        "students": [_student(at, places[at // 20]) for at in range(STUDENTS)],
        "staff": [_teacher(at, places[at // 2]) for at in range(6)],
        "courses": [
            {"course_id": f"sci-{place}", "course_number": "SCI", "course_name": "Science", "location_id": place} for place in places
        ],
        "classes": [
            {
                "class_id": f"c-{at}",
                "class_number": f"{at + 1}-A",
                "course_id": f"sci-{places[at // 2]}",
                "instructor_id": f"t-{at}",
                "location_id": places[at // 2],
            }
            for at in range(6)
        ],
        "rosters": [{"class_id": f"c-{at // CLASS}", "student_id": f"s-{at}"} for at in range(STUDENTS)],
        "locations": [{"location_id": place, "location_name": name} for place, name in SCHOOLS.items()],
    }


def _student(at: int, place: str) -> dict[str, str]:
    return {
        "person_id": f"s-{at}",
        "person_number": f"nr{at}x77",
        "first_name": f"Ximena{at}q",
        "last_name": f"Inventada{at}z",
        "grade_level": "6",
        "email_address": f"ximena{at}@pupils.example",
        "sis_username": f"xin{at}u",
        "location_id": place,
    }


def _teacher(at: int, place: str) -> dict[str, str]:
    return {
        "person_id": f"t-{at}",
        "first_name": f"Zelda{at}q",
        "last_name": f"Imagined{at}z",
        "email_address": f"zelda{at}@staff.example",
        "location_id": place,
    }


class Academy(District):
    """A District whose people go up by SFTP. `reads`: whether a server token tells what Apple has."""

    rows: dict[str, list[dict[str, str]]]

    def begin(self, *, reads: bool = True, switches: Mapping[str, str] | None = None) -> None:
        """Connect the channels, and declare everybody."""
        before: Any = self._settings["connections"]
        settings: dict[str, Any] = copy.deepcopy(before)
        settings["apple_school"]["simulator"]["switches"] = dict(switches or {})
        settings["roster_upload"] = {"simulator": {}}
        settings["device_enrolment"] = {"jamf": {"simulator": {}}} if reads else {}
        self.settings(connections=settings, roster={"sources": [{"apple_csv": "sis"}]}, guards={})
        self.rows = people()
        self.export()

    def export(self) -> None:
        """Write the six files as they are to be now."""
        for name, content in to_files(roster_of(self.rows)).items():
            self.write(f"sis/{name}", content.decode())

    def drop(self, name: str, column: str, *values: str) -> None:
        """Leave out rows of one file, and export."""
        self.rows[name] = [row for row in self.rows[name] if row[column] not in values]
        self.export()

    def without_people(self, *ids: str) -> None:
        """Leave people out everywhere, and export."""
        for name in ("students", "staff"):
            self.rows[name] = [row for row in self.rows[name] if row["person_id"] not in ids]
        self.drop("rosters", "student_id", *ids)

    def accounts(self) -> dict[str, str]:
        """person_id → the status that Apple has."""
        with self.tenant() as tenant:
            return {person.person_id: person.status for person in tenant.academic.persons()}

    def imports(self) -> int:
        """How many zips ever arrived."""
        with self.tenant() as tenant:
            return len(tenant.store.rows("SELECT 1 FROM imports"))
