"""A small school that uploads: six files written by hand, a zip of them, and a look at what became of it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping

from providers.simulator import Tenant
from providers.simulator.academic import people
from tests.simulator.rehearsal import START

HEADERS = {
    "locations": "location_id,location_name",
    "students": (
        "person_id,person_number,first_name,middle_name,last_name,grade_level,email_address,sis_username,password_policy,location_id"
    ),
    "staff": "person_id,person_number,first_name,middle_name,last_name,email_address,sis_username,location_id",
    "courses": "course_id,course_number,course_name,location_id",
    "classes": "class_id,class_number,course_id,instructor_id,instructor_id_2,instructor_id_3,location_id",
    "rosters": "roster_id,class_id,student_id",
}
SCHOOL = {
    "locations": "north,North",
    "students": "s1,,Ada,,Byron,6,ada@school.example,abyron,4,north\ns2,,Alan,,Turing,6,alan@school.example,aturing,,north",
    "staff": "t1,,Emmy,,Noether,emmy@school.example,enoether,north",
    "courses": "m6,M6,Maths,north",
    "classes": "6a,A,m6,t1,,,north",
    "rosters": "r1,6a,s1\nr2,6a,s2",
}
"""Rows by file: two students and their teacher in one class."""


def files(rows: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The six files; `rows` and `headers` replace those of SCHOOL."""
    heads, all_rows = HEADERS | dict(headers or {}), SCHOOL | dict(rows or {})
    return {f"{name}.csv": f"{head}\n{all_rows[name]}\n".replace("\n\n", "\n").encode() for name, head in heads.items()}


def packed(contents: Mapping[str, bytes]) -> bytes:
    """A zip of files by name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return data.getvalue()


class School:
    """An organization and uploads into it; a context manager."""

    def __init__(self, **switches: str) -> None:
        self.tenant = Tenant.open(":memory:")
        self.tenant.clock.pin(START)
        self.portal = self.tenant.academic
        for name, value in switches.items():
            self.tenant.switches.set(name, value)

    def upload(self, rows: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> str:
        """Upload and wait until it is imported; returns status, substatus and substati of the issues as one text."""
        return self.upload_zip(packed(files(rows, headers)))

    def upload_zip(self, content: bytes) -> str:
        """See `upload`."""
        self.portal.upload("archive.zip", content)
        self.portal.import_now()
        newest = self.portal.activities()[0]
        issues = sorted({row["operation_substatus"] for row in self.told() if row["operation_status"] == "ISSUE"})
        return " ".join([newest["status"], newest["substatus"], *issues])

    def told(self) -> list[dict[str, str]]:
        """Every row of every table of the newest log."""
        rows: list[dict[str, str]] = []
        for table in self.portal.activity_log().decode("utf-8-sig").split("\n\n")[1:]:
            rows += csv.DictReader(io.StringIO(table))
        return rows

    def person(self, person_id: str) -> people.Person:
        """One account by its person_id."""
        (found,) = [person for person in self.portal.persons() if person.person_id == person_id]
        return found

    def class_(self, class_id: str) -> people.Class:
        """One class by its class_id."""
        (found,) = [one for one in self.portal.classes() if one.source_system_identifier == class_id]
        return found

    def students(self, class_id: str) -> list[str]:
        """The person_ids of a class's students."""
        ids = {person.unique_identifier: person.person_id for person in self.portal.persons()}
        return [ids[uid] for uid in self.class_(class_id).students]

    def wait(self, days: float) -> None:
        """Let time pass."""
        self.tenant.clock.sleep(days * 86_400)

    def __enter__(self) -> School:
        return self

    def __exit__(self, *_: object) -> None:
        self.tenant.close()
