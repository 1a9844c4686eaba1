"""Keys: each stands once, over all sources, and people share one space of ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain

from reconciler.diagnostic import Severity
from reconciler.roster.layout import LAYOUTS, PEOPLE, ROSTERS, Layout
from reconciler.roster.part import Part, Roster
from reconciler.roster.report import Report, shown, who


def check_keys(roster: Roster, report: Report) -> None:
    """Every key stands once; a person is a student or staff, not both; a student is once in a class."""
    for layout in LAYOUTS.values():
        if layout is not ROSTERS:
            _unique(roster, layout, report)
            _case(roster, layout, report)
    _roster_ids(roster, report)
    _one_role(roster, report)
    _pairs(roster, report)


def _located(roster: Roster, name: str) -> Iterator[tuple[Part, int, str]]:
    for part in roster.of(name):
        for row, key in enumerate(part.keys):
            yield part, row, key


def _unique(roster: Roster, layout: Layout, report: Report) -> None:
    keys = list(filter(None, roster.keys(layout.name)))
    if len(set(keys)) != len(keys):
        twice = {key for key, count in Counter(keys).items() if count > 1}
        _duplicates(roster, layout, twice, report)


def _duplicates(roster: Roster, layout: Layout, twice: set[str], report: Report) -> None:
    first: dict[str, tuple[Part, int]] = {}
    later: dict[int, tuple[Part, list[int]]] = {}
    for part, row, key in _located(roster, layout.name):
        if key in twice and first.setdefault(key, (part, row)) != (part, row):
            later.setdefault(id(part), (part, []))[1].append(row)

    for part, rows in later.values():
        report.rows(part, layout.key, rows, partial(_twice, part, first), "One thing has one row, in one source.")


def _twice(part: Part, first: Mapping[str, tuple[Part, int]], row: int) -> str:
    key = part.keys[row]
    return f"{part.called(part.layout.key)} {_named(part, key)} stands twice: here and at {_at(first[key])}."


def _case(roster: Roster, layout: Layout, report: Report) -> None:
    """Apple compares case-sensitively: S1 and s1 are two, which is hardly ever meant."""
    keys = set(filter(None, roster.keys(layout.name)))
    if len(set(map(str.casefold, keys))) == len(keys):
        return
    spellings: dict[str, str] = {}
    for key in sorted(keys):
        spellings.setdefault(key.casefold(), key)
    for part in roster.of(layout.name):
        keys_here = part.keys
        rows = [row for row, key in enumerate(keys_here) if key and spellings[key.casefold()] != key]
        _say_case(part, rows, spellings, report)


def _say_case(part: Part, rows: list[int], spellings: dict[str, str], report: Report) -> None:
    keys, column = part.keys, part.layout.key
    report.rows(
        part,
        column,
        rows,
        lambda row: (
            f"{part.called(column)} {_named(part, keys[row])} differs from {_named(part, spellings[keys[row].casefold()])} only in case."
        ),
        "Apple takes them for two.",
        Severity.WARNING,
    )


def _roster_ids(roster: Roster, report: Report) -> None:
    """Only where files go up as they stand: our writer makes roster_ids of its own."""
    if report.exact:
        _unique(roster, ROSTERS, report)


def _one_role(roster: Roster, report: Report) -> None:
    students, staff = (set(filter(None, roster.keys(layout.name))) for layout in PEOPLE)
    both = students & staff
    if not both:
        return
    first = {key: (part, row) for part, row, key in _located(roster, "students") if key in both}
    for part in roster.of("staff"):
        keys = part.keys
        rows = [row for row, key in enumerate(keys) if key in both]
        report.rows(
            part,
            "person_id",
            rows,
            partial(_student_too, part, first),
            "Students and staff share one space of ids: keep one, or give one of them another id.",
        )


def _student_too(part: Part, first: Mapping[str, tuple[Part, int]], row: int) -> str:
    return f"{part.called('person_id')} {who(part.keys[row])} is a student, too: {_at(first[part.keys[row]])}."


def _named(part: Part, key: str) -> str:
    return who(key) if part.layout.kind == "person" else shown(key)


def _at(where: tuple[Part, int]) -> str:
    part, row = where
    return str(part.place(row, part.layout.key))


def _pairs(roster: Roster, report: Report) -> None:
    parts = roster.of("rosters")
    pairs = list(chain.from_iterable(zip(part.column("class_id"), part.column("student_id"), strict=True) for part in parts))
    if len(set(pairs)) == len(pairs):
        return
    seen: set[tuple[str, str]] = set()
    for part in parts:
        classes, students = part.column("class_id"), part.column("student_id")
        rows = []
        for row, pair in enumerate(zip(classes, students, strict=True)):
            if pair in seen:
                rows.append(row)
            seen.add(pair)
        _say_pairs(part, rows, report)


def _say_pairs(part: Part, rows: list[int], report: Report) -> None:
    classes, students = part.column("class_id"), part.column("student_id")
    report.rows(
        part,
        "student_id",
        rows,
        lambda row: f"{part.called('student_id')} {who(students[row])} is in class {shown(classes[row])} twice.",
        "Delete one of the two rows.",
    )
