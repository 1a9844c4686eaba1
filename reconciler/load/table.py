"""One column of serial numbers out of a CSV file.

A ministry has a million rows, so a sound file costs little more than parsing it: the column is judged as a whole, and only a column that
is not sound is gone through row by row, to say what is wrong where.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.diagnostic import Diagnostic
from reconciler.kinds.entry import Listed
from reconciler.kinds.serials import clean_serial, serial_problem, sound
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.load.text import UnreadableError, read_text
from reconciler.phrases import some
from reconciler.resource import Source

if TYPE_CHECKING:
    from _csv import Reader

HEADERS = ("serialnumber", "serial")
"""How the column may be called without `column:`, letters only: serial_number, Serial Number (Apple, Jamf), Serial."""
DELIMITERS = (",", ";", "\t")
LIMIT = 20
"""Findings for one file; a spreadsheet that went wrong as a whole would bury everything else."""


def read_table(path: Path, name: str, column: str | None, findings: list[Diagnostic]) -> Listed | None:
    """The serial numbers of a file, in order, in Apple's spelling. None after putting what is wrong with the file into `findings`.

    `name` is what messages call the file; `column` the header of the column, None for the usual ones.
    """
    try:
        text = read_text(path, name)
        values = _Table(text, name, column).serials(findings)
    except UnreadableError as error:
        findings.append(error.diagnostic)
        return None
    return Listed(values, lambda index: _place(path, name, column, index))


@dataclass(frozen=True, slots=True)
class Header:
    """How a file is laid out: its delimiter, the names of its columns, and which of them holds the serial numbers."""

    delimiter: str
    columns: Sequence[str]
    index: int


def read_header(path: Path, name: str, column: str | None = None) -> Header | None:
    """The layout of a file that rows are to be added to; None if it cannot be read as a list of serial numbers."""
    try:
        table = _Table(read_text(path, name), name, column)
    except UnreadableError:
        return None
    return Header(table.delimiter, table.header, table.index)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A serial number as it was written, and the line on which its row begins."""

    text: str
    line: int


class _Table:
    """A CSV file's text, its delimiter and its column. Raises UnreadableError where the file as a whole is unusable."""

    def __init__(self, text: str, name: str, column: str | None) -> None:
        self.data, self.name = text.encode(), name
        if not text.strip():
            raise self._stop(1, "The file is empty.", "Its first line names the columns, for example serial_number.")
        first = next(self._lines())
        self.delimiter = max(DELIMITERS, key=first.count)
        try:
            self.header = next(self._reader())
        except csv.Error as error:
            raise self._stop(1, _csv_words(error), "Look for a lost quote.") from None
        self.index = self._column(column)

    def serials(self, findings: list[Diagnostic]) -> Sequence[str]:
        """The column, checked."""
        index = self.index
        try:
            reader = self._reader()
            next(reader)
            values = [row[index] for row in reader]
        except (IndexError, csv.Error):  # a blank line or a broken quote: the long way says which
            values = []
        return values if values and sound(values) else self._row_by_row(findings)

    def cells(self) -> list[_Cell]:
        """The serial number of every row below the header that is not blank."""
        reader = self._reader()
        found: list[_Cell] = []
        begins = 1
        try:
            for row in reader:
                if begins > 1 and any(cell.strip() for cell in row):
                    found.append(_Cell(row[self.index] if self.index < len(row) else "", begins))
                begins = reader.line_num + 1
        except csv.Error as error:
            raise self._stop(begins, _csv_words(error), "Look for a lost quote in this row.") from None
        return found

    def place(self, cell: _Cell) -> Source:
        """Where a cell stands; exact as long as no cell before it is quoted around a delimiter."""
        row = next(islice(self._lines(), cell.line - 1, None))
        before = row.split(self.delimiter)[: self.index]
        return Source(self.name, cell.line, 1 + sum(len(part) + 1 for part in before))

    def _row_by_row(self, findings: list[Diagnostic]) -> list[str]:
        cells = self.cells()
        serials = [clean_serial(cell.text) for cell in cells]
        wrong = [(cell, problem) for cell, serial in zip(cells, serials, strict=True) if (problem := _problem(serial))]
        findings.extend(Diagnostic(self.place(cell), *problem) for cell, problem in wrong[:LIMIT])
        if len(wrong) > LIMIT:
            findings.append(Diagnostic(Source(self.name), f"{len(wrong) - LIMIT:,} more rows of this file have no usable serial number."))
        if not cells:
            hint = "Add rows, or delete the entry that uses the file."
            findings.append(Diagnostic(Source(self.name), "The file lists no devices.", hint))
        bad = {cell.line for cell, _ in wrong}
        return [serial for cell, serial in zip(cells, serials, strict=True) if cell.line not in bad]

    def _lines(self) -> io.TextIOWrapper:
        """The lines with their ends, as csv wants them (twice as fast as StringIO, which copies the text first)."""
        return io.TextIOWrapper(io.BytesIO(self.data), encoding="utf-8", newline="")

    def _reader(self) -> Reader:
        return csv.reader(self._lines(), delimiter=self.delimiter, strict=True)

    def _column(self, wanted: str | None) -> int:
        plain = [_letters(name) for name in self.header]
        for name in [_letters(wanted)] if wanted is not None else HEADERS:
            if plain.count(name) > 1:
                raise self._stop(
                    1, f"{plain.count(name)} columns are called {short(self.header[plain.index(name)])}.", "Rename one of them."
                )
            if name in plain:
                return plain.index(name)
        if len(plain) == 1 and not serial_problem(clean_serial(self.header[0])) and wanted is None:
            raise self._stop(
                1, f"The first line is a serial number ({self.header[0].strip()}).", "Put the column's name above it: serial_number"
            )
        raise self._stop(1, *self._no_column(wanted))

    def _no_column(self, wanted: str | None) -> tuple[str, str]:
        there = f"It has {some([short(name) for name in self.header], 12)}."
        if wanted is None:
            return f"The file has no column serial_number. {there}", 'Name the right one in the entry, for example column: "Serial".'
        return f"The file has no column {short(wanted)}. {there}", did_you_mean(wanted, self.header)

    def _stop(self, line: int, message: str, hint: str) -> UnreadableError:
        return UnreadableError(Diagnostic(Source(self.name, line), message, hint))


def _problem(serial: str) -> tuple[str, str] | None:
    return serial_problem(serial) if serial else ("This row has no serial number.", "Fill it in, or delete the row.")


def _letters(header: str) -> str:
    return re.sub(r"[\s_-]+", "", header).casefold()


def _csv_words(error: csv.Error) -> str:
    """Python's few csv errors in a sentence."""
    if "field larger" in str(error):
        return "A cell is longer than 131,072 characters."
    return "The quotes in this row do not match up."


def _place(path: Path, name: str, column: str | None, index: int) -> Source:
    """Where the serial number at an index stands: the file is read again, since nobody asks while all is well."""
    try:
        table = _Table(read_text(path, name), name, column)
        cells = [cell for cell in table.cells() if not _problem(clean_serial(cell.text))]
    except UnreadableError as error:
        return error.diagnostic.source or Source(name)
    return table.place(cells[index]) if index < len(cells) else Source(name)
