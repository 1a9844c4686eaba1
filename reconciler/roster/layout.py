"""Apple's six roster files and their columns.

Apple School Manager User Guide: "Use SFTP to upload files" and the template page of each file. The order of columns is the template's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MOST_LOCATIONS = 999
MOST_INSTRUCTORS = 15
PERSONAL = frozenset(("person_number", "first_name", "middle_name", "last_name", "email_address", "sis_username"))
"""Columns whose values tell who a child is: no finding quotes them."""
PERSON_IDS = ("person_id", "student_id", "instructor_id")
POLICIES = ("4", "6", "8", "")
NUMBERED = re.compile(r"(\w+_id)_([2-9]|[1-9][0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Layout:
    """One of the six files. `key` is the column that identifies a row, `kind` what a row is part of.

    `numbered`: columns that may be repeated as name_2, name_3 …, and up to which number.
    `refers`: column → the file whose key it holds, numbered columns included under their first name.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    numbered: Mapping[str, int] = field(default_factory=dict)
    refers: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The first column of every template."""
        return self.columns[0]

    @property
    def file(self) -> str:
        """Its name in the zip."""
        return f"{self.name}.csv"

    def base(self, column: str) -> str:
        """The column that a numbered one repeats; the column itself otherwise."""
        match = NUMBERED.fullmatch(column)
        return match[1] if match and match[1] in self.numbered else column

    def knows(self, column: str) -> bool:
        """Whether Apple has such a column."""
        match = NUMBERED.fullmatch(column)
        return column in self.columns or bool(match and int(match[2]) <= self.numbered.get(match[1], 0))

    def header(self, columns: Iterable[str]) -> list[str]:
        """The template's columns in order, each numbered one followed by its further repetitions among `columns`."""
        extra = sorted(set(columns) - set(self.columns), key=_number)
        order: list[str] = []
        for column in self.columns:
            order.append(column)
            last = column == max((one for one in self.columns if self.base(one) == self.base(column)), key=_number)
            order += [one for one in extra if last and self.base(one) == self.base(column)]
        return order

    def repetitions(self, base: str, columns: Iterable[str]) -> list[str]:
        """Those of `columns` that are `base` or repeat it, in order. Asked once for each person."""
        return sorted((one for one in columns if one.startswith(base) and self.base(one) == base), key=_number)


def _number(column: str) -> int:
    match = NUMBERED.fullmatch(column)
    return int(match[2]) if match else 1


def repeated(column: str, count: int) -> list[str]:
    """The names of a column that is repeated: location_id, location_id_2, …"""
    return [column, *(f"{column}_{number}" for number in range(2, count + 1))]


_LOCATED = {"location_id": MOST_LOCATIONS}
_LOCATION = {"location_id": "locations"}

STUDENTS = Layout(
    "students",
    "person",
    (
        "person_id",
        "person_number",
        "first_name",
        "middle_name",
        "last_name",
        "grade_level",
        "email_address",
        "sis_username",
        "password_policy",
        "location_id",
    ),
    ("person_id", "first_name", "last_name", "location_id"),
    _LOCATED,
    _LOCATION,
)
STAFF = Layout(
    "staff",
    "person",
    ("person_id", "person_number", "first_name", "middle_name", "last_name", "email_address", "sis_username", "location_id"),
    ("person_id", "first_name", "last_name", "location_id"),
    _LOCATED,
    _LOCATION,
)
COURSES = Layout(
    "courses", "course", ("course_id", "course_number", "course_name", "location_id"), ("course_id", "location_id"), {}, _LOCATION
)
CLASSES = Layout(
    "classes",
    "class",
    ("class_id", "class_number", "course_id", "instructor_id", "instructor_id_2", "instructor_id_3", "location_id"),
    ("class_id", "course_id", "location_id"),
    {"instructor_id": MOST_INSTRUCTORS},
    {"course_id": "courses", "instructor_id": "staff", **_LOCATION},
)
ROSTERS = Layout(
    "rosters",
    "class",
    ("roster_id", "class_id", "student_id"),
    ("roster_id", "class_id", "student_id"),
    {},
    {"class_id": "classes", "student_id": "students"},
)
LOCATIONS = Layout("locations", "location", ("location_id", "location_name"), ("location_id", "location_name"))

LAYOUTS: Mapping[str, Layout] = {one.name: one for one in (STUDENTS, STAFF, COURSES, CLASSES, ROSTERS, LOCATIONS)}
PEOPLE: Sequence[Layout] = (STUDENTS, STAFF)
