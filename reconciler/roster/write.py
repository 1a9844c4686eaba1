"""The upload: six files in one zip, byte for byte as Apple asks, and the same bytes for the same roster.

Apple School Manager User Guide, "Use SFTP to upload files": UTF-8, straight quotes only around values with a blank or a comma, a
backslash before a quote that is meant, files at the top of the zip. Only a roster that was found sound may be written.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from itertools import chain

from reconciler.roster.layout import LAYOUTS, ROSTERS, Layout
from reconciler.roster.part import Part, Roster

_QUOTED = frozenset(' ,"\\;')
_ODD = re.compile(r'[ "\\;]')
"""What else than a comma asks for quotes: looked for in a whole line, as most lines have none."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest date a zip can hold: equal rosters give equal zips on any day."""
_UNIX = 3
_MODE = 0o100600
"""A plain file that only its owner may read: it holds children's names."""


def to_zip(roster: Roster) -> bytes:
    """The zip to upload. Not compressed: no two versions of zlib are bound to give the same bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in to_files(roster).items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system, member.external_attr = _UNIX, _MODE << 16
            archive.writestr(member, content)
    return data.getvalue()


def to_files(roster: Roster) -> dict[str, bytes]:
    """All six files by name, those without rows included: Apple expects every file every time."""
    return {layout.file: _file(layout, roster.of(layout.name)).encode() for layout in LAYOUTS.values()}


def roster_id(class_id: str, student_id: str) -> str:
    """The id of a membership, made of what it says, so that the same membership keeps its id in every upload."""
    return hashlib.blake2b(f"{class_id}\n{student_id}".encode(), digest_size=10).hexdigest()


def _file(layout: Layout, parts: Sequence[Part]) -> str:
    header = layout.header(_filled(layout, parts))
    rows = list(chain.from_iterable(_rows(part, header) for part in parts))
    rows.sort(key=lambda row: row[1:] if layout is ROSTERS else row)
    return "\n".join([",".join(header), *_lines(rows)]) + "\n"


def _filled(layout: Layout, parts: Iterable[Part]) -> set[str]:
    """The numbered columns that hold anything, and those below them."""
    filled = {
        name for part in parts for name in part.columns if name not in layout.columns and layout.knows(name) and any(part.column(name))
    }
    highest = {
        base: max((int(name.rpartition("_")[2]) for name in filled if layout.base(name) == base), default=1) for base in layout.numbered
    }
    return {f"{base}_{number}" for base, most in highest.items() for number in range(2, most + 1)} - set(layout.columns)


def _rows(part: Part, header: Sequence[str]) -> Iterable[tuple[str, ...]]:
    columns = [part.column(name) for name in header]
    if part.layout is ROSTERS:
        columns[0] = list(map(roster_id, columns[1], columns[2]))
    return zip(*columns, strict=True)


def _lines(rows: Iterable[Sequence[str]]) -> Iterable[str]:
    for row in rows:
        line = ",".join(row)
        yield line if line.count(",") == len(row) - 1 and not _ODD.search(line) else ",".join(map(_value, row))


def _value(value: str) -> str:
    if _QUOTED.isdisjoint(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
