"""One CSV file as columns of text, with the place of every value on demand.

Apple's files escape a quote by a backslash, everybody else's (OneRoster's, spreadsheets') by doubling it. Both are read, and said.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.suggest import short
from reconciler.load.text import BOM, UnreadableError, decode, place_at
from reconciler.resource import Source
from reconciler.roster.report import LIMIT, Report

if TYPE_CHECKING:
    from _csv import Reader

DOUBLED = re.compile(r'(?<!\\)"""|[^,;\r\n"\\]""|(?<!\\)""[^,;\r\n"]')
LONE_BACKSLASH = re.compile(r'(?<!\\)(?:\\\\)*\\[^"\\\r\n]')
REPAIRED = "Put right when the upload is written."


@dataclass(frozen=True, slots=True)
class Style:
    """How a family of files is written. `escape`: what stands before a quote that is meant, empty where quotes are doubled."""

    separators: str
    escape: str

    def cell(self, separator: str) -> re.Pattern[str]:
        """One value as it stands in the file."""
        inside = r'(?:[^"\\]|\\.|"")*' if self.escape else r'(?:[^"]|"")*'
        return re.compile(rf'"{inside}"|[^{separator}\r\n]*', re.DOTALL)


APPLE = Style(",;", "\\")
ONEROSTER = Style(",", "")


class Sheet:
    """A file's columns, by header. `records`: for each row, the how-manieth record of the file it is, the header being 0.

    `whole`: every row could be read. `known` tells the names of columns. Raises UnreadableError where the file as a whole is unusable.
    """

    def __init__(self, data: bytes, name: str, style: Style, known: Callable[[str], bool], report: Report) -> None:
        self.name, self._style, self._report = name, style, report
        text = decode(data, name)
        if not text.strip():
            raise self._stop("The file is empty.", "Its first line names the columns; without rows it holds that line alone.")
        self._data = data.removeprefix(BOM)
        self._judge_form(data, text)
        self.separator = self._separator(text)
        rows = self._rows()
        self.header = rows[0]
        self._judge_header(known)
        self.whole = True
        self.records, sound = self._sound(rows)
        self.columns = {name: list(map(itemgetter(index), sound)) for index, name in enumerate(self.header)}
        self._strip()

    def place(self, row: int, column: str) -> Source:
        """Where a value stands; where its row begins if there is no such column."""
        record = self.records[row]
        return self._place(record, self.header.index(column) if column in self.header else 0)

    def lacks(self, column: str) -> Diagnostic:
        """The finding that a required column is missing, with the one that may be meant."""
        near = get_close_matches(column.casefold(), [name.casefold() for name in self.header], n=1, cutoff=0.8)
        meant = [name for name in self.header if near and name.casefold() == near[0]]
        hint = f"Is it {short(meant[0])}?" if meant else "Apple requires it."
        return Diagnostic(Source(self.name), f"The column {column} is missing.", hint)

    def column_place(self, column: str) -> Source:
        """Where a column's name stands."""
        return self._place(0, self.header.index(column))

    def bare_blank(self) -> Source | None:
        """Where the first value below the header stands that has a blank and no quotes."""
        if b" " not in self._data:
            return None
        for record in range(1, len(self._begins) - 1):
            text = self._record(record)
            if " " in text:
                starts = list(self._starts(text))
                bare = (not text.startswith('"', start) and " " in text[start:end] for start, end in pairwise([*starts, len(text)]))
                found = next((index for index, one in enumerate(bare) if one), None)
                if found is not None:
                    return self._place(record, found)
        return None

    def _judge_form(self, data: bytes, text: str) -> None:
        report = self._report
        if data.startswith(BOM) and self._style.escape:
            message = "The file begins with a byte order mark, which Apple does not expect."
            report.say(Diagnostic(Source(self.name), message, "" if report.exact else REPAIRED, report.untidy))
        if "\r" in text and self._style.escape:
            message = "The file has Windows line ends; Apple asks for Unix ones."
            report.say(Diagnostic(Source(self.name), message, "" if report.exact else REPAIRED, Severity.WARNING))
        if '""' in text and self._style.escape and (found := DOUBLED.search(text)):
            message = 'A quote inside a value is doubled; Apple asks for a backslash before it: \\".'
            hint = "" if report.exact else REPAIRED
            report.say(Diagnostic(place_at(text, found.start(), self.name), message, hint, report.untidy))
        if "\\" in text and self._style.escape and (found := LONE_BACKSLASH.search(text)):
            message = "A backslash stands before something that needs none, and would vanish."
            report.say(Diagnostic(place_at(text, found.start(), self.name), message, "Delete it."))

    def _separator(self, text: str) -> str:
        first = text.split("\n", 1)[0]
        best = max(self._style.separators, key=first.count)
        wrong = next((words for sign, words in (("\t", "tabs"), (";", "semicolons")) if sign in first), "")
        if wrong and best not in first:
            raise self._stop(f"The columns are separated by {wrong}.", "Export with commas between them.")
        return best

    def _reader(self) -> Reader:
        lines = io.TextIOWrapper(io.BytesIO(self._data), encoding="utf-8", newline="")
        return csv.reader(lines, delimiter=self.separator, escapechar=self._style.escape or None, strict=True)

    def _rows(self) -> list[list[str]]:
        reader = self._reader()
        try:
            return list(reader)
        except csv.Error as error:
            long = "field larger" in str(error)
            message = (
                "A value is longer than 131,072 characters."
                if long
                else "The quotes in this row do not match up, or something stands behind a closing one."
            )
            raise UnreadableError(Diagnostic(Source(self.name, reader.line_num), message, "Look for a lost quote above.")) from None

    def _judge_header(self, known: Callable[[str], bool]) -> None:
        if not self.header:
            raise self._stop("The first line is blank.", "It names the columns.")
        bare = [name.strip() for name in self.header]
        if bare != self.header:
            hint = "Delete them." if self._report.exact else REPAIRED
            self._report.say(Diagnostic(Source(self.name), "There are blanks around names of columns.", hint, self._report.untidy))
            self.header = bare
        if not any(known(name.casefold()) for name in self.header):  # then it is somebody's data, and is not quoted
            raise self._stop("The first line names none of the columns.", "It may be lost: put the template's first line above the rows.")
        if not all(self.header):
            raise self._stop("A column has no name.", "Delete the column, or name it.")
        twice = sorted({name for name in self.header if self.header.count(name) > 1})
        if twice:
            raise self._stop(f"Two columns are called {twice[0]}.", "Delete one of them.")

    def _sound(self, rows: list[list[str]]) -> tuple[Sequence[int], list[list[str]]]:
        """The rows that have as many values as the header, and which records they are. Lines and rows without any value are skipped."""
        width = len(self.header)
        hollow = [number for number, row in enumerate(rows) if row and not any(row)]
        if not hollow and all(len(row) == width for row in rows):
            return range(1, len(rows)), rows[1:]
        if hollow:
            message = f"{len(hollow):,} row{'s hold' if len(hollow) > 1 else ' holds'} no value at all, here first."
            hint = "Delete such rows." if self._report.exact else REPAIRED
            self._report.say(Diagnostic(self._place(hollow[0], 0), message, hint, self._report.untidy))
        self._say_uneven([number for number, row in enumerate(rows) if any(row) and len(row) != width], rows)
        records = [number for number, row in enumerate(rows) if number and len(row) == width and any(row)]
        return records, [rows[number] for number in records]

    def _say_uneven(self, bad: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        self.whole = not bad
        for number in bad[:LIMIT]:
            values = len(rows[number])
            message = f"The row has {values} value{'s' * (values != 1)} and the header {len(self.header)}."
            self._report.say(Diagnostic(self._place(number, 0), message, "A value with a separator in it needs quotes."))
        if len(bad) > LIMIT:
            self._report.say(Diagnostic(self._place(bad[LIMIT], 0), f"So have {len(bad) - LIMIT:,} more rows, from here on."))

    def _strip(self) -> None:
        """Blanks around values are dropped, aloud: ids that differ by them would not be found."""
        for name, values in self.columns.items():
            bare = list(map(str.strip, values))
            if bare != values:
                row = next(row for row, value in enumerate(values) if value != bare[row])
                count = sum(1 for one, other in zip(bare, values, strict=True) if one != other)
                message = f"{name} has blanks around {f'{count:,} values' if count > 1 else 'a value'}, here first."
                hint = "Delete them." if self._report.exact else REPAIRED
                self._report.say(Diagnostic(self.place(row, name), message, hint, self._report.untidy))
                self.columns[name] = bare

    @cached_property
    def _begins(self) -> list[int]:
        """The line on which each record begins."""
        reader = self._reader()
        return [1, *(reader.line_num + 1 for _ in reader)]

    @cached_property
    def _lines(self) -> list[str]:
        return list(io.TextIOWrapper(io.BytesIO(self._data), encoding="utf-8", newline=""))

    def _place(self, record: int, index: int) -> Source:
        if index == 0:  # of everybody in a first upload; looking for the value would be most of making their specs
            return Source(self.name, self._begins[record])
        text = self._record(record)
        offset = next((start for at, start in enumerate(self._starts(text)) if at == index), 0)
        inside = place_at(text, offset, self.name)
        return Source(self.name, self._begins[record] + inside.line - 1, inside.column)

    def _record(self, record: int) -> str:
        return "".join(self._lines[self._begins[record] - 1 : self._begins[record + 1] - 1])

    def _starts(self, text: str) -> Iterator[int]:
        """The offset of every value of a record."""
        cell, position = self._style.cell(self.separator), 0
        while position <= len(text) and (match := cell.match(text, position)):
            yield position
            position = match.end() + 1

    def _stop(self, message: str, hint: str = "") -> UnreadableError:
        return UnreadableError(Diagnostic(Source(self.name), message, hint))
