"""The record as text for git: a head, then one line a thing, sorted, tab-separated. One changed device is one changed line.

Sorted as Python sorts text, by code point, which is the order of the bytes. A district has a hundred thousand lines and a ministry a
million, hence the care for speed: lines are cut once, and equal tails share one Entry.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import TextIO

from state.collector import collector_paused
from state.lines import encode as json_line
from state.record import Entry, Record

OWNED, AWAITING = "owned", "awaiting"
VERSION = 1
HEADER = "state\tkind\tname\tfingerprint\tremote_id\tattested\tsince\n"

_HEAD = re.compile(r'# reconciler record (\d+)  organization=("(?:[^"\\]|\\.)*") lineage=([0-9a-f]{32}) serial=([1-9]\d*)\n')
_CHUNK = 1 << 16  # characters; larger is slower, as the lines then outgrow the processor's cache
_LINES = 10_000
# Whatever would break a line, or move it in a sorted file, or has no UTF-8.
_UNSAFE = re.compile(r"[\x00-\x1f\\\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|([tnr\\])|)")
_SHORT = {"\t": "t", "\n": "n", "\r": "r", "\\": "\\"}
_LONG = {short: long for long, short in _SHORT.items()}


class Unreadable(Exception):
    """The text is not a record. It never reaches a user: `state.record_faults` finds the lines at fault."""


def decode_head(line: str) -> Record:
    """The record, still empty, that the first line describes. Raises Unreadable."""
    match = _HEAD.fullmatch(line)
    if not match:
        raise Unreadable
    version, organization, lineage, serial = match.groups()
    if int(version) != VERSION:
        raise Unreadable
    try:
        return Record(json.loads(organization), lineage, int(serial))
    except ValueError as error:
        raise Unreadable from error


def decode(file: TextIO) -> Record:
    """The record that the text is. Raises Unreadable where anything at all is not as `encode` would have put it."""
    record = decode_head(file.readline())
    if file.readline() != HEADER:
        raise Unreadable
    with collector_paused():
        lines = _fill(record, file)
    if lines != sum(len(names) for things in (record.entries, record.awaiting) for names in things.values()):
        raise Unreadable  # a name twice
    return record


def encode(record: Record) -> Iterator[bytes]:
    """The record as pieces of UTF-8 text."""
    organization = json_line(record.organization)
    head = f"lineage={record.lineage} serial={record.serial}\n{HEADER}".encode()
    yield f"# reconciler record {VERSION}  organization=".encode() + organization + b" " + head
    for state, things in ((AWAITING, record.awaiting), (OWNED, record.entries)):
        for kind, names in sorted((escape(kind), names) for kind, names in things.items()):
            yield from _encode_kind(f"{state}\t{kind}\t", names)


def _encode_kind(prefix: str, names: dict[str, Entry]) -> Iterator[bytes]:
    joined = "".join(names)
    if "\\" in joined or not joined.isprintable():
        names = {escape(name): entry for name, entry in names.items()}
    del joined
    # By identity: entries are shared, and hashing one costs more than writing its line.
    tails = {key: _tail(entry) for key, entry in {id(entry): entry for entry in names.values()}.items()}
    ordered = iter(sorted(names))
    while chunk := list(islice(ordered, _LINES)):
        yield "".join([prefix + name + tails[id(names[name])] for name in chunk]).encode()


def _tail(entry: Entry) -> str:
    return f"\t{escape(entry.fingerprint)}\t{escape(entry.remote_id)}\t{escape(entry.attested)}\t{escape(entry.since)}\n"


class _Entries(dict[str, Entry]):
    """Tail of a line → its Entry, made when first seen."""

    def __missing__(self, tail: str) -> Entry:
        columns = tail.split("\t")
        if len(columns) != 4:
            raise Unreadable
        entry = self[tail] = Entry(*map(unescape, columns))
        return entry


def _fill(record: Record, file: TextIO) -> int:
    entries, previous, count = _Entries(), "", 0
    for lines in _chunks(file):
        if lines[0] < previous or lines != sorted(lines):
            raise Unreadable
        previous = lines[-1]
        count += len(lines)
        start = 0
        while start < len(lines):
            start = _take_kind(record, lines, start, entries)
    return count


def _chunks(file: TextIO) -> Iterator[list[str]]:
    rest = ""
    while text := file.read(_CHUNK):
        lines = (rest + text).split("\n")
        rest = lines.pop()
        if lines:
            yield lines
    if rest:
        yield [rest]  # an editor left out the last newline, which changes nothing


def _take_kind(record: Record, lines: list[str], start: int, entries: _Entries) -> int:
    """Take the lines of one state and kind from `start` on; where they end, by bisection, as they are sorted."""
    state, _, rest = lines[start].partition("\t")
    kind, tab, _ = rest.partition("\t")
    if not tab or state not in (OWNED, AWAITING):
        raise Unreadable
    # "\n", the character after the tab, ends the range of everything that begins with this prefix.
    end = bisect_left(lines, f"{state}\t{kind}\n", start)
    things = record.entries if state == OWNED else record.awaiting
    part = lines[start:end]
    # Asked once for many lines: to ask each costs a tenth of the whole reading.
    take = _take_escaped if "\\" in "".join(part) else _take
    take(things.setdefault(unescape(kind), {}), part, len(state) + len(kind) + 2, entries)
    return end


def _take_escaped(names: dict[str, Entry], lines: list[str], cut: int, entries: _Entries) -> None:
    for line in lines:
        name, _, tail = line[cut:].partition("\t")
        names[unescape(name)] = entries[tail]


def _take(names: dict[str, Entry], lines: list[str], cut: int, entries: _Entries) -> None:
    before, entry = "", None
    for line in lines:
        name, _, tail = line[cut:].partition("\t")
        if entry is None or tail != before:  # neighbours are mostly alike, and to see that is faster than to look them up
            before, entry = tail, entries[tail]
        names[name] = entry


def escape(text: str) -> str:
    """The text without what would break a line: tab, newline, backslash and the like become `\\t`, `\\n`, `\\\\`, `\\uXXXX`."""
    return _UNSAFE.sub(lambda match: "\\" + _SHORT.get(match[0], f"u{ord(match[0]):04x}"), text)


def unescape(text: str) -> str:
    """The opposite of `escape`. Raises Unreadable at a backslash that means nothing."""
    return _ESCAPED.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    if match[2]:
        return _LONG[match[2]]
    raise Unreadable
