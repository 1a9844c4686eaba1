"""People and classes that stand in the YAML files, as one more source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from reconciler.kinds.entry import Board
from reconciler.kinds.roster import Class, Course, Location, Person
from reconciler.resource import Declared, Source
from reconciler.roster.layout import CLASSES, COURSES, LAYOUTS, LOCATIONS, NUMBERED, ROSTERS, STAFF, STUDENTS, Layout
from reconciler.roster.part import Column, Part, Roster, spread
from reconciler.roster.write import roster_id

_FIELDS = {
    "person_number": "number",
    "grade_level": "grade",
    "email_address": "email",
    "password_policy": "passcode",
    "class_number": "number",
    "course_number": "number",
    "course_name": "name",
    "location_name": "name",
    "course_id": "course",
}
"""Column → the attribute of the entry, where they differ."""


def declared(board: Board) -> Roster:
    """What the entries declare, each value at its place in the files."""
    roster = Roster()
    people = {name: cast(Person, one.spec) for name, one in board.desired.of("person").items()}
    _add(roster, _people(board, STUDENTS, {name: one for name, one in people.items() if one.role == "student"}))
    _add(roster, _people(board, STAFF, {name: one for name, one in people.items() if one.role == "staff"}))
    _add(roster, _simple(board, COURSES, board.desired.of("course"), Course))
    _add(roster, _simple(board, LOCATIONS, board.desired.of("location"), Location))
    classes = {name: cast(Class, one.spec) for name, one in board.desired.of("class").items()}
    _add(roster, _classes(board, classes))
    _add(roster, _members(board, classes))
    roster.broken = {layout.name for layout in LAYOUTS.values() if len(board.known(layout.kind)) > len(board.desired.of(layout.kind))}
    return roster


def _add(roster: Roster, part: Part) -> None:
    if part.count:
        roster.add(part)


def _people(board: Board, layout: Layout, people: Mapping[str, Person]) -> Part:
    columns = _columns(layout, people)
    columns |= spread("location_id", [one.locations for one in people.values()])
    return _part(board, layout, list(people), columns)


def _simple(board: Board, layout: Layout, items: Mapping[str, Declared], spec: type[Course] | type[Location]) -> Part:
    specs = {name: one.spec for name, one in items.items() if isinstance(one.spec, spec)}
    return _part(board, layout, list(specs), _columns(layout, specs))


def _classes(board: Board, classes: Mapping[str, Class]) -> Part:
    columns = _columns(CLASSES, classes)
    columns |= spread("instructor_id", [one.instructors for one in classes.values()])
    return _part(board, CLASSES, list(classes), columns)


def _columns(layout: Layout, specs: Mapping[str, object]) -> dict[str, Column]:
    """The columns that hold one attribute each."""
    columns: dict[str, Column] = {layout.key: list(specs)}
    for column in layout.columns[1:]:
        attribute = "location" if column == "location_id" else _FIELDS.get(column, column)
        if specs and hasattr(next(iter(specs.values())), attribute):
            columns[column] = [getattr(spec, attribute) for spec in specs.values()]
    return columns


def _part(board: Board, layout: Layout, names: Sequence[str], columns: dict[str, Column]) -> Part:
    return Part(layout, len(names), columns, lambda row, column: _place(board, layout, names[row], column), "YAML", _names(layout))


def _names(layout: Layout) -> dict[str, str]:
    """What the entries call Apple's columns."""
    located = "locations" if layout.kind == "person" else "location"
    names = {**_FIELDS, "location_id": located, "instructor_id": "instructors"}
    return {column: name for column, name in names.items() if column != layout.key}


def _place(board: Board, layout: Layout, name: str, column: str) -> Source:
    base = layout.base(column)
    if column == layout.key:
        return board.source(layout.kind, name)
    if base in layout.numbered or (base == "location_id" and layout.kind == "person"):
        number = NUMBERED.fullmatch(column)
        index = int(number[2]) - 1 if number and base != column else 0
        return board.source(layout.kind, name, "locations" if base == "location_id" else "instructors", index)
    return board.source(layout.kind, name, "location" if column == "location_id" else _FIELDS.get(column, column))


def _members(board: Board, classes: Mapping[str, Class]) -> Part:
    pairs = [(name, index, student) for name, one in classes.items() for index, student in enumerate(one.students)]
    columns: dict[str, Column] = {
        "roster_id": [roster_id(name, student) for name, _, student in pairs],
        "class_id": [name for name, _, _ in pairs],
        "student_id": [student for _, _, student in pairs],
    }
    return Part(
        ROSTERS,
        len(pairs),
        columns,
        lambda row, _: board.source("class", pairs[row][0], "students", pairs[row][1]),
        "YAML",
        {"student_id": "students"},
    )
