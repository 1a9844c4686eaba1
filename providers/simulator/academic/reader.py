"""The container: whether what arrived is a zip of six files in Apple's own CSV, judged to the byte.

Apple School Manager User Guide, "Use SFTP to upload files": files at the top of the zip, UTF-8, straight quotes, backslash before a
quote that is meant. Everything wrong is told at once; one finding is enough to refuse the import.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from providers.simulator.academic.template import DISPLAY_NAME, TEMPLATES, Template

Quirk = Callable[[str], str]
"""The value of a switch by its name."""
_BOM = b"\xef\xbb\xbf"
_MOST_BYTES = 1 << 30
_MOST_MESSAGES = 1000
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NEEDS_QUOTES = re.compile(r'[\s,;"\\]')
_NOT_PLAIN = re.compile(r'[\s;"\\“”„‟]')
_CURLY = ("“", "”", "„", "‟")


class Rejected(Exception):
    """The import changes nothing; `substatus` and `messages` are what the activity says."""

    def __init__(self, *messages: str, substatus: str = "INVALID_INPUT") -> None:
        super().__init__(*messages[:1])
        self.messages = messages[:_MOST_MESSAGES]
        self.substatus = substatus


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file: its header, and its rows with the line each one begins on."""

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]


def read(content: bytes, quirk: Quirk) -> dict[str, Sheet]:
    """The six files by name without ending. Rejected if the container or a file is not as Apple wants it."""
    raw, messages = _unpack(content)
    sheets: dict[str, Sheet] = {}
    for name, data in raw.items():
        try:
            sheets[name] = _sheet(name, data, quirk)
        except Rejected as problem:
            messages.extend(problem.messages)
    most = int(float(quirk("upload_most_rows")))
    if most and sum(len(sheet.rows) for sheet in sheets.values()) > most:
        messages.append(f"The upload has more than {most} rows.")
    if messages:
        raise Rejected(*messages)
    return sheets


def _unpack(content: bytes) -> tuple[dict[str, bytes], list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            messages = [f"{name} is in a folder; files must be at the top of the zip." for name in archive.namelist() if "/" in name]
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise Rejected("The files of the zip are too large.")
            there = set(archive.namelist())
            messages += [f"{name}.csv is missing." for name in TEMPLATES if f"{name}.csv" not in there]
            return {name: archive.read(f"{name}.csv") for name in TEMPLATES if f"{name}.csv" in there}, messages
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ) as problem:  # RuntimeError: zipfile's for encrypted
        raise Rejected("The file is not a zip that can be read.") from problem


def _sheet(name: str, data: bytes, quirk: Quirk) -> Sheet:
    text = _text(name, data, quirk)
    records = list(_records(text))
    if not records:
        raise Rejected(f"{name}.csv has no header row.")
    separator = ";" if ";" in records[0][1] else ","
    header = tuple(_values(f"{name}.csv:1", records[0][1], separator, quirk))
    messages = [f"{name}.csv: {problem}" for problem in _header_problems(TEMPLATES[name], header, quirk)]
    rows: list[tuple[int, list[str]]] = []
    for line, record in records[1:]:
        try:
            rows.append((line, _row(f"{name}.csv:{line}", record, separator, quirk, len(header))))
        except Rejected as problem:
            messages.extend(problem.messages)
    if messages:
        raise Rejected(*messages)
    return Sheet(header, rows)


def _text(name: str, data: bytes, quirk: Quirk) -> str:
    if data.startswith(_BOM):
        if quirk("upload_bom") == "refused":
            raise Rejected(f"{name}.csv begins with a byte order mark.")
        data = data[len(_BOM) :]
    try:
        text = data.decode()
    except UnicodeDecodeError as problem:
        raise Rejected(f"{name}.csv is not UTF-8.") from problem
    if "\r" in text:
        if quirk("upload_line_ends") == "unix":
            raise Rejected(f"{name}.csv has line ends other than \\n.")
        text = text.replace("\r\n", "\n")
    return text


def _records(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; a backslash at the end of a line takes the next one in."""
    lines = text.removesuffix("\n").split("\n") if text else []
    at = 0
    while at < len(lines):
        begin, record = at, lines[at]
        while at + 1 < len(lines) and (len(record) - len(record.rstrip("\\"))) % 2:
            at += 1
            record = f"{record}\n{lines[at]}"
        yield begin + 1, record
        at += 1


def _row(where: str, record: str, separator: str, quirk: Quirk, width: int) -> list[str]:
    values = _values(where, record, separator, quirk)
    if len(values) != width:
        raise Rejected(f"{where} has {len(values)} values, the header {width}.")
    return values


def _values(where: str, record: str, separator: str, quirk: Quirk) -> list[str]:
    if _NOT_PLAIN.search(record.replace(separator, "")) is None:
        return record.split(separator)
    values, at = [], 0
    while True:
        value, at = _value(where, record, at, separator, quirk)
        values.append(value)
        if at == len(record):
            return values
        if record[at] != separator:
            raise Rejected(f'{where}: a quoted value does not end where the quote does; a quote inside is written \\".')
        at += 1


def _value(where: str, record: str, at: int, separator: str, quirk: Quirk) -> tuple[str, int]:
    if not record.startswith('"', at):
        end = record.find(separator, at)
        end = len(record) if end < 0 else end
        return _bare(where, record[at:end], quirk), end
    match = _QUOTED.match(record, at)
    if match is None:
        raise Rejected(f"{where}: a quote is not closed.")
    value = _ESCAPED.sub(r"\1", match[1])
    if quirk("upload_unneeded_quotes") == "refused" and not _NEEDS_QUOTES.search(value):
        raise Rejected(f"{where}: a value is quoted that has neither blank nor separator.")
    return value, match.end()


def _bare(where: str, value: str, quirk: Quirk) -> str:
    if value != value.strip():
        raise Rejected(f"{where}: there are blanks around a value.")
    if value.startswith(_CURLY) or '"' in value or "\\" in value:
        raise Rejected(f"{where}: a value has quotes or backslashes that are not straight quotes around it.")
    if " " in value and quirk("upload_unquoted_blank") == "refused":
        raise Rejected(f"{where}: a value with a blank is not quoted.")
    return value


def _header_problems(template: Template, header: Sequence[str], quirk: Quirk) -> Iterator[str]:
    yield from (f"the column {name} is missing." for name in template.columns if name not in header)
    yield from (f"the column {name} is there twice." for name in dict.fromkeys(header) if header.count(name) > 1)
    for name in header:
        if name in template.columns or template.repeats(name) or _tolerated(template, name, quirk):
            continue
        yield f"there is no column {name}."
    order = [name for name in header if name in template.columns]
    if quirk("upload_column_order") == "template" and order != list(template.columns):
        yield "the columns are not in the order of the template."


def _tolerated(template: Template, name: str, quirk: Quirk) -> bool:
    if name == DISPLAY_NAME and template is TEMPLATES["classes"]:
        return quirk("upload_class_display_name") != "refused"
    return quirk("upload_unknown_column") == "ignored"
