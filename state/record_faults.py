"""What is wrong with a record file that cannot be read, line by line, for the person who edited or merged it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from state.errors import Damaged
from state.record_file import AWAITING, HEADER, OWNED, VERSION, Unreadable, decode_head, unescape

_SHOWN = 10
_COLUMNS = HEADER.count("\t") + 1
_MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_NOT_TEXT = re.compile("[\udc80-\udcff]")  # what reading with surrogateescape leaves of bytes that are no UTF-8
_HINT = (
    "this file is written by reconciler, not by hand: restore the last good version (git checkout -- {name}); "
    "after a merge conflict keep the version of the branch that applied"
)


def damaged(path: Path, text: str) -> Damaged:
    """The error that names the lines at fault, the first ten of them. `text` was read with surrogateescape."""
    faults = list(islice(_faults(text), _SHOWN + 1))
    number, problem = faults[0] if faults else (0, "this is not a record of what reconciler owns")
    more = [f"line {line}: {words}" for line, words in faults[1:_SHOWN]]
    if len(faults) > _SHOWN:
        more.append("and more")
    return Damaged(path, number, "\n  ".join([problem, *more]), _HINT.format(name=path.name))


def _faults(text: str) -> Iterator[tuple[int, str]]:
    lines = text.removesuffix("\n").split("\n")
    yield from _head_faults(lines)
    previous = ""
    for number, line in enumerate(lines[2:], start=3):
        problem = _fault(line, previous)
        if problem:
            yield number, problem
        else:
            previous = line


def _head_faults(lines: list[str]) -> Iterator[tuple[int, str]]:
    try:
        decode_head(lines[0] + "\n")
    except Unreadable:
        yield (
            1,
            _marker(lines[0])
            or _newer(lines[0])
            or "the first line should say whose record this is: # reconciler record 1  organization=… lineage=… serial=…",
        )
    if len(lines) < 2 or lines[1] + "\n" != HEADER:
        yield 2, "the second line should be the columns' names"


def _newer(head: str) -> str:
    match = re.match(r"# reconciler record (\d+) ", head)
    return (
        f"format {match[1]}, and this reconciler knows format {VERSION}: install a newer one" if match and int(match[1]) > VERSION else ""
    )


def _fault(line: str, previous: str) -> str:
    return _marker(line) or _column_fault(line) or _order_fault(line, previous)


def _marker(line: str) -> str:
    return "a merge conflict was left unresolved here" if line.startswith(_MARKERS) else ""


def _column_fault(line: str) -> str:
    if _NOT_TEXT.search(line):
        return "this line is not UTF-8 text"
    columns = line.split("\t")
    if len(columns) != _COLUMNS:
        return f"{len(columns)} columns where {_COLUMNS}, separated by tabs, belong"
    if columns[0] not in (OWNED, AWAITING):
        return f'the first column should be "{OWNED}" or "{AWAITING}", not "{columns[0]}"'
    try:
        for column in columns:
            unescape(column)
    except Unreadable:
        return "a backslash that means nothing here: it is written \\\\"
    return ""


def _order_fault(line: str, previous: str) -> str:
    if line.split("\t")[:3] == previous.split("\t")[:3]:
        return f'"{line.split(chr(9))[2]}" is here twice'
    return "this line is out of order: lines are sorted by state, kind and name" if line < previous else ""
