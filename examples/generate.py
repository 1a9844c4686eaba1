"""Makes the people of the example district: `python examples/generate.py`.

Nobody in it lives anywhere: names are drawn at random from names.txt, and addresses end in riverside.example, a domain that can
never exist. The same seed always makes the same district, so a test compares what is in the repository with what this writes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SEED = 2026
DOMAIN = "riverside.example"
FIRST, LAST = (part.split() for part in (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").partition("\n")[2].split("---"))

STUDENTS = (
    *("person_id", "person_number", "first_name", "middle_name", "last_name", "grade_level", "email_address", "sis_username"),
    *("password_policy", "location_id"),
)
STAFF = ("person_id", "person_number", "first_name", "middle_name", "last_name", "email_address", "sis_username", "location_id")
COURSES = ("course_id", "course_number", "course_name", "location_id")
CLASSES = ("class_id", "class_number", "course_id", "instructor_id", "instructor_id_2", "instructor_id_3", "location_id")
ROSTERS = ("roster_id", "class_id", "student_id")
LOCATIONS = ("location_id", "location_name")
USERS = (
    *("sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName"),
    *("familyName", "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password"),
)
ORGS = ("sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId")
OR_COURSES = (
    *("sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects"),
    "subjectCodes",
)
OR_CLASSES = (
    *("sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId", "classCode", "classType", "location"),
    *("schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods"),
)
ENROLLMENTS = (
    *("sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary"),
    *("beginDate", "endDate"),
)


@dataclass(frozen=True)
class School:
    """One school: its key, its name, how many teachers, and how many sections of how many students each of its grades has."""

    key: str
    name: str
    teachers: int
    grades: tuple[str, ...]
    sections: int
    size: int
    subjects: tuple[str, ...]


ELEMENTARY = ("K", "1", "2", "3", "4", "5")
MIDDLE = ("6", "7", "8")
SCHOOLS = (
    School("cedar-elementary", "Cedar Elementary School", 60, ELEMENTARY, 5, 30, ("Homeroom",)),
    School("hillside-elementary", "Hillside Elementary School", 60, ELEMENTARY, 5, 30, ("Homeroom",)),
    School("meadowbrook-elementary", "Meadowbrook Elementary School", 60, ELEMENTARY, 5, 30, ("Homeroom",)),
    School("oak-grove-elementary", "Oak Grove Elementary School", 60, ELEMENTARY, 5, 30, ("Homeroom",)),
    School("roosevelt-elementary", "Roosevelt Elementary School", 60, ELEMENTARY, 5, 30, ("Homeroom",)),
    School("franklin-middle", "Franklin Middle School", 80, MIDDLE, 11, 30, ("Homeroom", "Science")),
    School("lincoln-middle", "Lincoln Middle School", 80, MIDDLE, 11, 30, ("Homeroom", "Science")),
)
HIGH = School("riverside-high", "Riverside High School", 130, ("9", "10", "11", "12"), 15, 42, ("Advisory", "Biology"))
POLICY = {"K": "4", "1": "4", "2": "4", "3": "6", "4": "6", "5": "6"}
"""Four digits for the youngest, six for the others of an elementary school; from grade 6 on what the location says."""


@dataclass
class People:
    """The tables of some schools, as rows: who is there, and who is in which class."""

    students: list[tuple[str, ...]] = field(default_factory=list)
    staff: list[tuple[str, ...]] = field(default_factory=list)
    courses: list[tuple[str, ...]] = field(default_factory=list)
    classes: list[tuple[str, ...]] = field(default_factory=list)
    rosters: list[tuple[str, ...]] = field(default_factory=list)
    locations: list[tuple[str, ...]] = field(default_factory=list)


def school_people(school: School, number: int, draw: random.Random) -> People:
    """Everybody of one school. `number` keeps the ids of schools apart."""
    people = People(locations=[(school.key, school.name)])
    teachers = [f"t-{number}{at:03}" for at in range(school.teachers)]
    people.staff = [_teacher(one, school.key, draw) for one in teachers]
    classes = [(grade, section) for grade in school.grades for section in "ABCDEFGHIJKLMNO"[: school.sections]]
    for at, (grade, section) in enumerate(classes):
        members = [f"s-{number}{at:03}{seat:02}" for seat in range(school.size)]
        people.students += [_student(one, grade, school.key, draw) for one in members]
        for turn, subject in enumerate(school.subjects):
            instructor = teachers[(at + turn * len(classes)) % len(teachers)]
            _class(people, school, subject, f"{grade}-{section}", instructor, members)
    for subject in school.subjects:
        people.courses.append((f"{school.key}-{subject.lower()}", f"{subject[:3].upper()}-{number}", subject, school.key))
    return people


def _class(people: People, school: School, subject: str, number: str, instructor: str, members: Iterable[str]) -> None:
    key = f"{school.key.partition('-')[0]}-{subject.lower()}-{number.lower()}"
    people.classes.append((key, number, f"{school.key}-{subject.lower()}", instructor, "", "", school.key))
    people.rosters += [(f"{key}-{one}", key, one) for one in members]


def _student(one: str, grade: str, school: str, draw: random.Random) -> tuple[str, ...]:
    first, last = draw.choice(FIRST), draw.choice(LAST)
    return one, one[2:], first, "", last, grade, f"{one}@students.{DOMAIN}", one.replace("-", ""), POLICY.get(grade, ""), school


def _teacher(one: str, school: str, draw: random.Random) -> tuple[str, ...]:
    return one, one[2:], draw.choice(FIRST), "", draw.choice(LAST), f"{one}@{DOMAIN}", one.replace("-", ""), school


def write_apple(folder: Path, people: People) -> None:
    """Apple's six files."""
    tables = {"students": STUDENTS, "staff": STAFF, "courses": COURSES, "classes": CLASSES, "rosters": ROSTERS, "locations": LOCATIONS}
    for name, header in tables.items():
        _write(folder / f"{name}.csv", header, getattr(people, name))


def write_oneroster(folder: Path, people: People) -> None:
    """The same as a OneRoster 1.1 export."""
    _write(folder / "orgs.csv", ORGS, ((key, "active", "", name, "school", key, "") for key, name in people.locations))
    _write(folder / "users.csv", USERS, [*_users(people)])
    _write(
        folder / "courses.csv",
        OR_COURSES,
        ((key, "active", "", "", name, number, "", school, "", "") for key, number, name, school in people.courses),
    )
    rows = (
        (key, "active", "", number, "", course, number, "scheduled", "", place, "", "", "", "")
        for key, number, course, *_, place in people.classes
    )
    _write(folder / "classes.csv", OR_CLASSES, rows)
    _write(folder / "enrollments.csv", ENROLLMENTS, [*_enrollments(people)])


def _users(people: People) -> Iterator[tuple[str, ...]]:
    for one, number, first, middle, last, mail, login, place in people.staff:
        yield one, "active", "", "true", place, "teacher", login, "", first, last, middle, number, mail, "", "", "", "", ""
    for one, number, first, middle, last, grade, mail, login, _, place in people.students:
        yield one, "active", "", "true", place, "student", login, "", first, last, middle, number, mail, "", "", "", grade, ""


def _enrollments(people: People) -> Iterator[tuple[str, ...]]:
    place = people.locations[0][0]
    for key, _, _, instructor, *_ in people.classes:
        yield f"{key}-{instructor}", "active", "", key, place, instructor, "teacher", "true", "", ""
    for roster, key, student in people.rosters:
        yield roster, "active", "", key, place, student, "student", "", "", ""


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Quotes where Apple asks for them (a blank or a comma), and nowhere else. No value holds a quote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (",".join(f'"{value}"' if " " in value or "," in value else value for value in row) for row in (header, *rows))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def generate(folder: Path) -> None:
    """Write the rosters of the district into its configuration folder."""
    draw, together = random.Random(SEED), People()  # noqa: S311 - the same names every time, not secrets
    for number, school in enumerate(SCHOOLS, 1):
        for name, rows in vars(school_people(school, number, draw)).items():
            getattr(together, name).extend(rows)
    write_apple(folder / "sis", together)
    write_oneroster(folder / "riverside-high" / "oneroster", school_people(HIGH, 9, draw))


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "riverside")
