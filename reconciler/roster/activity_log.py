"""The log of an upload, as a person downloads it from the portal's Activity list: a CSV of several sections (seen in logs of real uploads).

Two-cell rows say which activity it is; behind blank lines stand sections, each known by its header. A thing may stand there more than
once: its last moment counts. The log says which rows Apple took, not what stands in the accounts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reconciler.diagnostic import Diagnostic
from reconciler.resource import Source

_TAIL = ("operation_status", "operation_substatus", "timestamp")
SECTIONS: Mapping[tuple[str, ...], tuple[str, int]] = {
    ("person_id", "last_name", "first_name", "person_number", *_TAIL, "email"): ("person", 0),
    ("class_id", "course_name", "class_number", *_TAIL): ("class", 0),
    ("location_id", "location_name", *_TAIL): ("location", 0),
    ("course_id", "course_number", "course_name", "location_id", *_TAIL): ("course", 0),
    ("roster_id", "class_id", "student_id", *_TAIL): ("member", 1),
}
"""Header → what the section tells of, and the column that names it: of a membership, its class."""
STATUSES = ("SUCCESS", "ISSUE")
ACTIVITY, STARTED, STATUS = "ACTIVITY_ID", "STARTED AT", "STATUS"
DOWNLOAD = "Download the log once more from Activity in the portal, and do not save it from a spreadsheet."


@dataclass(frozen=True, slots=True)
class Row:
    """What Apple said of one thing. `word` is its own (CREATED, MANAGED_ID_GENERATION_FAILED …)."""

    ok: bool
    word: str
    moment: datetime


@dataclass(slots=True)
class ActivityLog:
    """`activity` is Apple's id, `started` when its import began. `rows`: kind → id → the last that was said of it.

    Of the kind "member" a class has a row if any of its memberships had an issue.
    """

    activity: str = ""
    started: datetime | None = None
    status: str = ""
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)


def read_log(content: bytes, file: str) -> tuple[ActivityLog, list[Diagnostic]]:
    """A log, and everything that is wrong with it: nothing is believed of a log with errors. `file` is what messages call it."""
    reader = _Reader(file)
    try:
        reader.read(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        reader.say(1, "is not UTF-8 text, so it is no log of Apple's.")
    except csv.Error as error:
        reader.say(1, f"cannot be read as CSV: {error}.")
    return reader.log, reader.found


class _Reader:
    def __init__(self, file: str) -> None:
        self.log = ActivityLog()
        self.found: list[Diagnostic] = []
        self._file = file
        self._members: dict[str, dict[str, Row]] = {}

    def say(self, line: int, message: str, column: int = 1) -> None:
        """Keep what is wrong at a place; lines and columns count from 1."""
        self.found.append(Diagnostic(Source(self._file, line, column), message, DOWNLOAD))

    def read(self, text: str) -> None:
        """Take in the whole log: a header says which section its rows are of, a blank line ends it. Raises csv.Error."""
        rows = csv.reader(io.StringIO(text, newline=""))
        header: tuple[str, ...] = ()
        facts: dict[str, str] = {}
        for cells in rows:
            if not any(cells):
                header = ()
            elif tuple(cells) in SECTIONS:
                header = tuple(cells)
            elif header:
                self._row(header, cells, rows.line_num)
            elif len(cells) == 2 and not self.log.rows:
                facts[cells[0]] = cells[1]
            else:
                self.say(rows.line_num, "is no line of an activity log of rosters.")
                return
        self._facts(facts)
        self._issues_of_members()

    def _facts(self, facts: Mapping[str, str]) -> None:
        missing = [name for name in (ACTIVITY, STARTED, STATUS) if not facts.get(name)]
        if missing and not self.found:
            self.say(1, f"does not say {', '.join(missing)}, so it is no log of one activity.")
            return
        self.log.activity, self.log.status = facts.get(ACTIVITY, ""), facts.get(STATUS, "")
        self.log.started = _moment(facts.get(STARTED, ""))
        if self.log.started is None and not self.found:
            self.say(1, f"{STARTED} is not a moment.")

    def _row(self, header: Sequence[str], cells: Sequence[str], line: int) -> None:
        kind, key = SECTIONS[tuple(header)]
        if len(cells) != len(header):
            self.say(line, f"has {len(cells)} values where its section has {len(header)} columns.")
            return
        at = header.index(_TAIL[0])
        status, word, moment = cells[at], cells[at + 1], _moment(cells[at + 2])
        if status not in STATUSES or moment is None:
            self.say(line, f"has no {_TAIL[0]} ({' or '.join(STATUSES)}) and timestamp where they belong.", at + 1)
            return
        row = Row(status == STATUSES[0], word, moment)
        if kind == "member":
            _last(self._members.setdefault(cells[key], {}), cells[0], row)
        else:
            _last(self.log.rows.setdefault(kind, {}), cells[key], row)

    def _issues_of_members(self) -> None:
        wrong = {one: next((row for row in rows.values() if not row.ok), None) for one, rows in self._members.items()}
        self.log.rows["member"] = {one: row for one, row in wrong.items() if row is not None}


def _last(rows: dict[str, Row], name: str, row: Row) -> None:
    if name not in rows or rows[name].moment <= row.moment:
        rows[name] = row


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def issues(log: ActivityLog) -> Iterator[tuple[str, str, str]]:
    """Kind, id and Apple's word for everything that Apple did not take; a class also for its memberships."""
    for kind, rows in log.rows.items():
        for name, row in rows.items():
            if not row.ok:
                yield "class" if kind == "member" else kind, name, row.word
