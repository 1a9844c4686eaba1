"""Apple's six templates, as the pretend Apple knows them: deliberately apart from the product's own, so that neither inherits an error.

Apple School Manager User Guide: "Use SFTP to upload files" and the page of each template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DISPLAY_NAME = "class_display_name"
MOST_INSTRUCTORS = 15
"""What stands in later instructor columns is dropped without a word."""
_NUMBERED = re.compile(r"(location_id|instructor_id)_([2-9]|[1-9]\d{1,2})")


@dataclass(frozen=True, slots=True)
class Template:
    """One file. `section` names it in the activity log; `refers` says in which file a column's value must be found."""

    section: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    numbered: str = ""
    refers: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The column that identifies a row."""
        return self.columns[0]

    def repeats(self, column: str) -> bool:
        """Whether this is a further location_id_n or instructor_id_n of a file that may have such."""
        match = _NUMBERED.fullmatch(column)
        return bool(match and match[1] == self.numbered)


def base(column: str) -> str:
    """The column that a numbered one repeats, or itself."""
    match = _NUMBERED.fullmatch(column)
    return match[1] if match else column


def repeated(header: Sequence[str], column: str) -> list[str]:
    """The columns of a header that hold values of `column`, by their numbers."""
    return sorted((name for name in header if base(name) == column), key=lambda name: (len(name), name))


_LOCATED = {"location_id": "locations"}
TEMPLATES: Mapping[str, Template] = {
    "locations": Template("location", ("location_id", "location_name"), ("location_id", "location_name")),
    "students": Template(
        "person",
        (
            *("person_id", "person_number", "first_name", "middle_name", "last_name", "grade_level", "email_address", "sis_username"),
            *("password_policy", "location_id"),
        ),
        ("person_id", "first_name", "last_name", "location_id"),
        "location_id",
        _LOCATED,
    ),
    "staff": Template(
        "person",
        ("person_id", "person_number", "first_name", "middle_name", "last_name", "email_address", "sis_username", "location_id"),
        ("person_id", "first_name", "last_name", "location_id"),
        "location_id",
        _LOCATED,
    ),
    "courses": Template(
        "course", ("course_id", "course_number", "course_name", "location_id"), ("course_id", "location_id"), refers=_LOCATED
    ),
    "classes": Template(
        "class",
        ("class_id", "class_number", "course_id", "instructor_id", "instructor_id_2", "instructor_id_3", "location_id"),
        ("class_id", "course_id", "location_id"),
        "instructor_id",
        {"course_id": "courses", "instructor_id": "staff", **_LOCATED},
    ),
    "rosters": Template(
        "roster",
        ("roster_id", "class_id", "student_id"),
        ("roster_id", "class_id", "student_id"),
        refers={"class_id": "classes", "student_id": "students"},
    ),
}
KEYS = {"locations": "location_id", "students": "person_id", "staff": "person_id", "courses": "course_id", "classes": "class_id"}
"""The column that a reference into a file is compared with."""
