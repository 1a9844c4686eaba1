"""Entries into YAML files, and rows into CSV files, without touching a byte of what stands there."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.format import format_text
from reconciler.format.nodes import BLOCKS, Node, compose
from reconciler.format.words import write_text
from reconciler.load.table import Header


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be written: its name, its values as people write them, and a remark above it."""

    name: str
    values: Mapping[str, Any]
    remark: str


def new_file(name: str, section: str, remark: str, entries: Sequence[NewEntry]) -> str:
    """The canonical text of a file with one section."""
    lines = [f"# {remark}", "", f"{section}:", *_lines(entries)]
    text = "\n".join(lines) + "\n"
    return format_text(text, name) or text


def extend(text: str, section: str, entries: Sequence[NewEntry]) -> str | None:
    """A file's text with entries at the end of a section, which begins there if it is missing; None where the file is written in a
    way that takes no more lines (all of it, or the section, in braces)."""
    root = compose(text)
    if root is None or root.flow or root.column:
        return None
    pair = next((pair for pair in zip(root.items[::2], root.items[1::2], strict=True) if pair[0].value == section), None)
    if pair is None:
        return _ended(text) + "\n".join(["", f"{section}:", *_canonical(section, entries, 2)]) + "\n"
    value = pair[1]
    if value.sort != "map" or value.flow or not value.items:
        return None
    at = _end(text, value)
    return _ended(text[:at]) + "\n".join(_canonical(section, entries, value.column)) + "\n" + text[at:]


def put(text: str, section: str, key: str, value: object) -> str | None:
    """A file's text with a key more in a section, which begins at the end if it is missing; None where the file is written in a way that
    takes no more lines."""
    root = compose(text)
    if root is None or root.flow or root.column:
        return None
    node = next((node for name, node in zip(root.items[::2], root.items[1::2], strict=True) if name.value == section), None)
    if node is None:
        return _ended(text) + f"\n{section}:\n  {key}: {_flow(value)}\n"
    if node.sort != "map" or node.flow or not node.items:
        return None
    at = _end(text, node)
    return _ended(text[:at]) + f"{' ' * node.column}{key}: {_flow(value)}\n" + text[at:]


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _end(text: str, group: Node) -> int:
    """Behind the last line of a group, comments at its end included."""
    last = group
    while last.items:
        last = last.items[-1]
    at = last.end if last.style in BLOCKS else _line_end(text, max(last.end, _closed(last, group)))
    end = at
    while at < len(text):
        after = _line_end(text, at)
        line = text[at:after]
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and not (line.lstrip().startswith("#") and indent >= group.column):
            break
        at = after
        end = at if line.strip() else end
    return end


def _closed(node: Node, group: Node) -> int:
    """Where the last bracket around a value closes."""
    end = node.end
    while node is not group and node.parent is not None:
        node = node.parent
        end = max(end, node.end) if node.flow else end
    return end


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _canonical(section: str, entries: Sequence[NewEntry], indent: int) -> list[str]:
    text = format_text("\n".join([f"{section}:", *_lines(entries)]) + "\n", "") or ""
    lines = text.splitlines()
    below = ["" for entry in entries[:1] if entry.remark] + lines[lines.index(f"{section}:") + 1 :]
    return [" " * indent + line[2:] if line else "" for line in below]


def _lines(entries: Sequence[NewEntry]) -> list[str]:
    lines: list[str] = []
    for entry in entries:
        lines += ["", f"  # {entry.remark}"] if entry.remark else []
        lines.append(f"  {write_text(entry.name)}:")
        lines += [f"    {key}: {_flow(value)}" for key, value in entry.values.items()]
    return lines


def _flow(value: Any) -> str:  # Any: what a YAML file can hold
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write_text(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return write_text(value) if isinstance(value, str) else "[" + ", ".join(map(_flow, value)) + "]"


def new_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A CSV file."""
    return _csv([header, *rows], ",", "\n")


def grow(text: str, header: Header, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A CSV file with rows added below, each value in its column; columns that the file lacks are left out."""
    places = [header.index, *(_place(header, name) for name in columns[1:])]
    wide = []
    for row in rows:
        cells = [""] * len(header.columns)
        for place, value in zip(places, row, strict=True):
            if place is not None:
                cells[place] = value
        wide.append(cells)
    ending = "\r\n" if "\r\n" in text else "\n"
    return (text if text.endswith("\n") else f"{text}{ending}") + _csv(wide, header.delimiter, ending)


def _place(header: Header, name: str) -> int | None:
    plain = [column.strip().casefold() for column in header.columns]
    return plain.index(name) if name in plain else None


def _csv(rows: Sequence[Sequence[str]], delimiter: str, ending: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending).writerows(rows)
    return out.getvalue()
