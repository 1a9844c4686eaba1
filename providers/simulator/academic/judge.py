"""The rows: which of them may be applied, and whether a wrong one spoils the whole import."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from providers.simulator.academic.frame import PRIMARY
from providers.simulator.academic.reader import Quirk, Rejected, Sheet
from providers.simulator.academic.template import DISPLAY_NAME, KEYS, MOST_INSTRUCTORS, TEMPLATES, Template, base, repeated

Values = Mapping[str, str]
"""A row by its columns."""
POLICIES = {"4": "four", "6": "six", "8": "complex", "": ""}
"""password_policy → passcode_type."""
GRADES = frozenset(("", "PK", "K", *map(str, range(1, 13))))
_IDENTIFIER = re.compile(r"[A-Za-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that stands in its file: `issue` is the substatus if it cannot be applied, `silent` if nothing tells of that."""

    file: str
    key: str
    values: Values
    locations: tuple[str, ...] = ()
    instructors: tuple[str, ...] = ()
    issue: str = ""
    silent: bool = False


@dataclass(slots=True)
class Rows:
    """All six files, each in its own order."""

    of: dict[str, list[Row]] = field(default_factory=dict)

    def people(self) -> list[Row]:
        """Staff and students share one space of ids."""
        return self.of["staff"] + self.of["students"]


def judge(sheets: Mapping[str, Sheet], quirk: Quirk) -> Rows:
    """Every row with its verdict. Rejected if a switch says that such a fault spoils the import; told all at once."""
    court = _Court(sheets, quirk)
    rows = Rows({name: list(court.rows(name)) for name in TEMPLATES})
    if court.fatal:
        raise Rejected(*court.fatal)
    return rows


class _Court:
    def __init__(self, sheets: Mapping[str, Sheet], quirk: Quirk) -> None:
        self._sheets = sheets
        self._quirk = quirk
        self._keys = {name: _column(sheets[name], column) for name, column in KEYS.items()}
        self._seen: dict[str, set[str]] = {template.section: set() for template in TEMPLATES.values()}
        self.fatal: list[str] = []

    def rows(self, name: str) -> Iterator[Row]:
        """Every row of a file in its order, with the issue that keeps it from being applied; what stops the import goes to `fatal`."""
        template, sheet = TEMPLATES[name], self._sheets[name]
        locations = repeated(sheet.header, "location_id")
        # A column beyond the fifteenth is not read at all: not even its references are judged.
        instructors = repeated(sheet.header, "instructor_id")[:MOST_INSTRUCTORS]
        checked = [(column, base(column)) for column in (*locations, *instructors, "course_id", "class_id", "student_id")]
        references = [(column, template.refers[of]) for column, of in checked if of in template.refers and column in sheet.header]
        nicknames = self._quirk("upload_class_display_name") == "accepted"
        for line, cells in sheet.rows:
            values = dict(zip(sheet.header, cells, strict=True))
            if not nicknames:
                values.pop(DISPLAY_NAME, None)
            issue = self._issue(f"{name}.csv:{line}", template, values, references)
            places, teachers = ([values[column] for column in columns if values[column]] for columns in (locations, instructors))
            silent = False
            if not issue and template.section == "person" and PRIMARY in places:
                issue, silent = "OPERATION_NOT_ALLOWED", self._quirk("upload_primary_location") == "silent"
            yield Row(name, values[template.key], values, tuple(places), tuple(dict.fromkeys(teachers)), issue, silent)

    def _issue(self, where: str, template: Template, values: Values, references: Sequence[tuple[str, str]]) -> str:
        """The substatus of a row that cannot be applied, or nothing."""
        return (
            self._missing(where, template, values)
            or self._duplicate(where, template, values[template.key])
            or self._strange(template, values)
            or self._dangling(where, values, references)
        )

    def _missing(self, where: str, template: Template, values: Values) -> str:
        lacking = [column for column in template.required if not values[column]]
        return self._verdict("upload_missing_value", f"{where} - {', '.join(lacking)} is blank", "INVALID_INPUT") if lacking else ""

    def _duplicate(self, where: str, template: Template, key: str) -> str:
        seen = self._seen[template.section]
        if key not in seen:
            seen.add(key)
            return ""
        return self._verdict("upload_duplicate_id", f"{where} - {template.key} = '{key}' is there already", "INVALID_INPUT")

    def _strange(self, template: Template, values: Values) -> str:
        strict = self._quirk("upload_identifiers") == "strict" and not all(
            _IDENTIFIER.fullmatch(values[column]) for column in template.columns if column.endswith("_id")
        )
        grade = self._quirk("upload_grade_level") == "listed" and values.get("grade_level", "") not in GRADES
        return "INVALID_INPUT" if strict or grade or values.get("password_policy", "") not in POLICIES else ""

    def _dangling(self, where: str, values: Values, references: Sequence[tuple[str, str]]) -> str:
        substatus = ""
        for column, file in references:
            value = values[column]
            if value and value not in self._keys[file]:
                problem = f"{where} - {column} = '{value}' does not reference any {KEYS[file]} in {file}.csv"
                substatus = self._verdict("upload_dangling_reference", problem, "NOT_FOUND")
        return substatus

    def _verdict(self, switch: str, problem: str, substatus: str) -> str:
        if self._quirk(switch) == "fails":
            self.fatal.append(problem)
        return substatus


def _column(sheet: Sheet, column: str) -> set[str]:
    at = sheet.header.index(column)
    return {cells[at] for _, cells in sheet.rows}
