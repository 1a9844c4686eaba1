"""A OneRoster 1.1 CSV export, from a folder or a zip, as Apple's six files.

Which of its columns and words Apple takes: Apple School Manager User Guide, "OneRoster" template pages; the others are in IMS Global's
OneRoster 1.1 CSV tables. Begin and end dates of enrollments are not looked at: an export holds what is to be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.suggest import one_of, short
from reconciler.load.roster.apple import judge_container
from reconciler.load.roster.container import Container
from reconciler.load.roster.sheet import ONEROSTER, Sheet
from reconciler.load.text import UnreadableError
from reconciler.resource import Source
from reconciler.roster.layout import CLASSES, COURSES, LAYOUTS, LOCATIONS, ROSTERS, STAFF, STUDENTS, Layout
from reconciler.roster.part import Column, Part, Roster, spread
from reconciler.roster.report import LIMIT, Report

REQUIRED = {
    "orgs": ("sourcedId", "name"),
    "users": ("sourcedId", "orgSourcedIds", "role", "username", "givenName", "familyName"),
    "courses": ("sourcedId", "orgSourcedId"),
    "classes": ("sourcedId", "courseSourcedId", "schoolSourcedId"),
    "enrollments": ("sourcedId", "classSourcedId", "userSourcedId", "role"),
}
COLUMNS = frozenset(column.lower() for columns in REQUIRED.values() for column in columns)
KINDS = {"orgs": "location", "users": "person", "courses": "course", "classes": "class", "enrollments": "class"}
MAKES = {
    "orgs": ("locations",),
    "users": ("students", "staff"),
    "courses": ("courses",),
    "classes": ("classes",),
    "enrollments": ("rosters",),
}
STATUS = {"": True, "active": True, "tobedeleted": False}
USER_ROLES = {"student": "student", "": "student", "teacher": "teacher"}
OTHER_ROLES = frozenset(("administrator", "aide", "guardian", "parent", "proctor", "relative"))
ORG_TYPES = {"school": True, "district": True, "": True}
OTHER_ORGS = frozenset(("department", "local", "state", "national"))
CLASS_TYPES = {"homeroom": True, "scheduled": True, "": True}


@dataclass(frozen=True, slots=True)
class File:
    """One of the five files: its sheet, and which of its rows count."""

    sheet: Sheet
    rows: Sequence[int]

    def column(self, *names: str) -> list[str]:
        """The rows' values of the first of these columns that has any."""
        found = [self.sheet.columns[name] for name in names if name in self.sheet.columns]
        if not found:
            return [""] * len(self.rows)
        return [next(filter(None, (values[row] for values in found)), "") for row in self.rows]

    def only(self, rows: Sequence[int]) -> File:
        """Fewer rows."""
        return File(self.sheet, rows)


def read_oneroster(container: Container, kinds: Collection[str], report: Report) -> Roster:
    """What Apple would make of the export. What is wrong with it goes to the report."""
    roster = Roster()
    judge_container(container, [f"{name}.csv" for name in REQUIRED], report)
    _manifest(container, report)
    files = {name: _file(container, name, report) for name in REQUIRED if KINDS[name] in kinds}
    for name, file in files.items():
        if file is None or not file.sheet.whole or "sourcedId" not in file.sheet.columns:
            roster.broken.update(MAKES[name])
    _orgs(files.get("orgs"), container.name, roster, report)
    _users(files.get("users"), container.name, roster, report)
    _courses(files.get("courses"), container.name, roster)
    _classes(files.get("classes"), files.get("enrollments"), container.name, roster, report)
    return roster


def _manifest(container: Container, report: Report) -> None:
    """The version, and that files are whole: a delta uploaded as a roster would deactivate everybody else."""
    if "manifest.csv" not in container.files:
        return
    name = container.called("manifest.csv")
    try:
        sheet = Sheet(container.files["manifest.csv"](), name, ONEROSTER, "propertyname".__eq__, report)
    except UnreadableError as error:
        report.say(error.diagnostic)
        return
    for row, (key, value) in enumerate(zip(*(sheet.columns.get(one, []) for one in ("propertyName", "value")), strict=False)):
        place = sheet.place(row, "value")
        if key == "oneroster.version" and value != "1.1":
            report.say(
                Diagnostic(place, f"The export is OneRoster {short(value)}.", "Apple takes OneRoster 1.1: choose it when exporting.")
            )
        if key.removeprefix("file.") in REQUIRED and value == "delta":
            hint = "Export everything (bulk): who is not in an upload gets deactivated."
            report.say(Diagnostic(place, f"{key.removeprefix('file.')}.csv holds changes only (delta).", hint))


def _file(container: Container, name: str, report: Report) -> File | None:
    read = container.files.get(f"{name}.csv")
    if read is None:
        if not container.elsewhere(f"{name}.csv"):
            hint = f"A OneRoster export for Apple has {', '.join(f'{one}.csv' for one in REQUIRED)}."
            report.say(Diagnostic(Source(container.name), f"{name}.csv is missing.", hint))
        return None
    try:
        sheet = Sheet(read(), container.called(f"{name}.csv"), ONEROSTER, COLUMNS.__contains__, report)
    except UnreadableError as error:
        report.say(error.diagnostic)
        return None
    for column in REQUIRED[name]:
        if column not in sheet.header:
            report.say(sheet.lacks(column))
    everything = File(sheet, range(len(sheet.records)))
    return _of_words(everything, "status", STATUS, frozenset(), report)


def _of_words(file: File, column: str, words: dict[str, bool], others: Collection[str], report: Report) -> File:
    """The rows whose word in a column lets them in. `others` are OneRoster's words that Apple does not take: counted in a warning.

    A row with a word of nobody's is an error and stays, so that what refers to it is not taken for one, too.
    """
    values = [value.lower() for value in file.column(column)]
    kept = [row for row, value in zip(file.rows, values, strict=True) if words.get(value, value not in others)]
    if not set(values) <= set(words):
        left = {row: value for row, value in zip(file.rows, values, strict=True) if value not in words}
        _unknown_words(file, column, [row for row, value in left.items() if value not in others], [word for word in words if word], report)
        for word in sorted(set(left.values()) & set(others)):
            rows = [row for row, value in left.items() if value == word]
            message = f"{len(rows):,} row{'s are' if len(rows) > 1 else ' is'} left out: Apple takes no {column} {word}; here first."
            report.say(Diagnostic(file.sheet.place(rows[0], column), message, "", Severity.WARNING))
    return file.only(kept)


def _unknown_words(file: File, column: str, rows: Sequence[int], words: Collection[str], report: Report) -> None:
    for row in rows[:LIMIT]:
        message = f"{column} {short(file.sheet.columns[column][row])} is not one of OneRoster's."
        report.say(Diagnostic(file.sheet.place(row, column), message, f"Apple takes {one_of(words)}."))
    if len(rows) > LIMIT:
        place = file.sheet.place(rows[LIMIT], column)
        report.say(Diagnostic(place, f"The same is wrong with {column} in {len(rows) - LIMIT:,} more rows, from here on."))


def _part(file: File, layout: Layout, columns: dict[str, Column], names: dict[str, str], origin: str) -> Part:
    """A part whose values stand in one sheet; `names`: Apple's column → OneRoster's."""

    def place(row: int, column: str) -> Source:
        return file.sheet.place(file.rows[row], names.get(layout.base(column), ""))

    return Part(layout, len(file.rows), columns, place, origin, names)


def _plain(file: File, layout: Layout, names: dict[str, str], origin: str) -> Part:
    return _part(file, layout, _there(file, names), names, origin)


def _there(file: File, names: dict[str, str]) -> dict[str, Column]:
    """The columns that the file has; what it lacks was said."""
    return {column: file.column(name) for column, name in names.items() if name in file.sheet.columns}


def _orgs(file: File | None, origin: str, roster: Roster, report: Report) -> None:
    if file:
        file = _of_words(file, "type", ORG_TYPES, OTHER_ORGS, report)
        roster.add(_plain(file, LOCATIONS, {"location_id": "sourcedId", "location_name": "name"}, origin))


_PERSON = {
    "person_id": "sourcedId",
    "person_number": "identifier",
    "first_name": "givenName",
    "middle_name": "middleName",
    "last_name": "familyName",
    "email_address": "email",
    "sis_username": "username",
    "location_id": "orgSourcedIds",
}


def _users(file: File | None, origin: str, roster: Roster, report: Report) -> None:
    if not file:
        return
    file = _of_words(file, "role", dict.fromkeys(USER_ROLES, True), OTHER_ROLES, report)
    role = dict(zip(file.rows, (USER_ROLES.get(value.lower(), "student") for value in file.column("role")), strict=True))
    students, staff = (file.only([row for row in file.rows if role[row] == word]) for word in ("student", "teacher"))
    roster.add(_people(students, STUDENTS, {**_PERSON, "grade_level": "grades"}, origin))
    roster.add(_people(staff, STAFF, _PERSON, origin))


def _people(file: File, layout: Layout, names: dict[str, str], origin: str) -> Part:
    columns = _there(file, names)
    if "grade_level" in columns:
        columns["grade_level"] = [value.partition(",")[0].strip() for value in columns["grade_level"]]
    if "location_id" in columns:
        columns |= spread("location_id", [[one.strip() for one in value.split(",")] for value in columns["location_id"]])
    return _part(file, layout, columns, names, origin)


def _courses(file: File | None, origin: str, roster: Roster) -> None:
    if file:
        names = {"course_id": "sourcedId", "course_number": "courseCode", "course_name": "title", "location_id": "orgSourcedId"}
        roster.add(_plain(file, COURSES, names, origin))


def _classes(file: File | None, enrollments: File | None, origin: str, roster: Roster, report: Report) -> None:
    if not file:
        return
    file = _of_words(file, "classType", CLASS_TYPES, frozenset(), report)
    teachers, students = _enrollments(enrollments, report)
    names = {"class_id": "sourcedId", "class_number": "classCode", "course_id": "courseSourcedId", "location_id": "schoolSourcedId"}
    part = _plain(file, CLASSES, names, origin)
    # Apple shows a class as course name and class number; a school that numbers none still tells its classes apart by title.
    part.columns["class_number"] = file.column("classCode", "title")
    _instructors(part, teachers, roster)
    roster.add(part)
    if students:
        pairs = {"class_id": "classSourcedId", "student_id": "userSourcedId", "roster_id": "sourcedId"}
        roster.add(_plain(students, ROSTERS, pairs, origin))


def _enrollments(file: File | None, report: Report) -> tuple[File | None, File | None]:
    if not file:
        return None, None
    file = _of_words(file, "role", {"student": True, "teacher": True}, OTHER_ROLES, report)
    role = dict(zip(file.rows, (value.lower() for value in file.column("role")), strict=True))
    teachers, students = (file.only([row for row in file.rows if role[row] == word]) for word in ("teacher", "student"))
    return teachers, students


def _instructors(part: Part, teachers: File | None, roster: Roster) -> None:
    """The teachers of each class, primary ones first; those of classes that are not there are reported as their own reference."""
    if not teachers:
        return
    taught: dict[str, list[tuple[bool, str, int]]] = {key: [] for key in part.keys}
    lost: list[int] = []
    columns = (teachers.column(name) for name in ("classSourcedId", "userSourcedId", "primary"))
    for row, one, user, primary in zip(teachers.rows, *columns, strict=True):
        if one in taught:
            taught[one].append((primary.lower() != "true", user, row))
        else:
            lost.append(row)
    lists = [sorted(taught[key]) for key in part.keys]
    part.columns |= spread("instructor_id", [[user for _, user, _ in one] for one in lists])
    part.place = _instructor_place(part, lists, teachers.sheet)
    if lost:
        roster.lost.append(_lost(teachers.only(lost), part.origin))


def _instructor_place(part: Part, lists: Sequence[Sequence[tuple[bool, str, int]]], sheet: Sheet) -> Callable[[int, str], Source]:
    """An instructor stands in the enrollment, everything else of a class in its own row."""
    elsewhere = part.place
    index = {name: at for at, name in enumerate(part.repeated("instructor_id"))}

    def place(row: int, column: str) -> Source:
        at = index.get(column)
        return elsewhere(row, column) if at is None or at >= len(lists[row]) else sheet.place(lists[row][at][2], "userSourcedId")

    return place


def _lost(file: File, origin: str) -> Part:
    """Teachers of unknown classes, in the shape of a part, so that the same rule speaks about them."""
    return _part(file, LAYOUTS["rosters"], {"class_id": file.column("classSourcedId")}, {"class_id": "classSourcedId"}, origin)
