"""The files of a configuration with drafts in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.adopt.edit import NewEntry, extend, grow, new_file, new_table
from reconciler.adopt.gather import Gathered
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.kinds.found import Draft, Table
from reconciler.kinds.kind import Kind
from reconciler.kinds.naming import joined
from reconciler.load import Configuration
from reconciler.load.sections import Sections
from reconciler.load.table import read_header
from reconciler.load.text import BOM, decode
from reconciler.phrases import counted, plain
from reconciler.sealed import is_sealed


@dataclass(frozen=True, slots=True)
class File:
    """A file to write, relative to the folder: its bytes before (None: it is new) and after, and what is added, in words. `personal`: what
    is added tells who somebody is."""

    name: str
    before: bytes | None
    after: bytes
    added: str
    personal: bool = False


class Drafting:
    """The files that drafts go to, as they will be. `begun`: file → its text so far, and what is added to it, in words."""

    def __init__(self, configuration: Configuration, written: Sections, begun: Mapping[str, tuple[str, str]]) -> None:
        self._folder = configuration.folder
        self._written = written
        self._remark = plain(f"as {configuration.settings.organization.name} had them on {configuration.today}")
        self._texts: dict[str, str] = {name: text for name, (text, _) in begun.items()}
        self._added: dict[str, list[str]] = defaultdict(list, {name: [added] for name, (_, added) in begun.items()})
        self._personal: set[str] = set()

    def files(self, gathered: Gathered) -> list[File]:
        """Every file that is new or grows, by name."""
        for name, drafts in gathered.drafts.items():
            kind = KINDS[name]
            by_file: dict[str, list[Draft]] = defaultdict(list)
            for draft in drafts:
                placed = self._with_tables(draft, kind)
                if placed is not None:
                    by_file[self._home(placed.file, kind)].append(placed)
            for file, group in by_file.items():
                self._entries(file, kind, group)
        return [self._file(name, text) for name, text in sorted(self._texts.items())]

    def _home(self, file: str, kind: Kind) -> str:
        """Entries of a kind that has few of them go where the others are."""
        files = (one.document.file for one in self._written.entries[kind.name].values())
        there = [file for file in files if not is_sealed(file)]
        return max(sorted(set(there)), key=there.count) if there and not kind.placed else file

    def _entries(self, file: str, kind: Kind, drafts: Sequence[Draft]) -> None:
        entries = [NewEntry(draft.name, draft.values, draft.remark) for draft in drafts]
        text = self._text(file)
        after = None if text is None else extend(text, kind.plural, entries)
        if after is None:
            file = file if text is None else self._free(file)
            after = new_file(file, kind.plural, f"{kind.noun[1][0].upper()}{kind.noun[1][1:]}, {self._remark}", entries)
        self._texts[file] = after
        self._personal.update([file] if any(draft.personal for draft in drafts) else [])
        count = len(entries)
        self._added[file].append(f"{count:,} {'entry' if count == 1 else 'entries'} for {kind.noun[1]}")

    def _with_tables(self, draft: Draft, kind: Kind) -> Draft | None:
        """The draft with the files of its tables written down; None if its entry is in the files already."""
        known, values = draft.name in self._written.entries[kind.name], draft.values
        for table in draft.tables:
            file = table.file
            if known:
                self._grow(table)
            else:
                file = self._free(file) if self._text(file) is not None else file
                self._texts[file] = new_table(table.header, table.rows)
                values = _put(values, table.at, file)
            self._added[file].append(counted(len(table.rows), "device"))
        return None if known else replace(draft, values=values)

    def _grow(self, table: Table) -> None:
        header, text = read_header(self._folder / table.file, table.file), self._text(table.file)
        if header is None or text is None:
            raise ReconcilerError(f"No rows can be added to {table.file}.", "Check that it has a column serial_number.")
        self._texts[table.file] = grow(text, header, table.header, table.rows)

    def _text(self, name: str) -> str | None:
        """What a file holds so far, byte order mark and line ends aside; None if there is no such file."""
        if name in self._texts:
            return self._texts[name]
        path = self._folder / name
        return decode(path.read_bytes(), name) if path.is_file() else None

    def _free(self, file: str) -> str:
        """The first of file-2, file-3, … that there is not yet."""
        path, number = Path(file), 2
        while self._text(free := path.with_name(joined(path.stem, str(number)) + path.suffix).as_posix()) is not None:
            number += 1
        return free

    def _file(self, name: str, text: str) -> File:
        path = self._folder / name
        before = path.read_bytes() if path.is_file() else None
        mark = BOM if before is not None and before.startswith(BOM) else b""
        return File(name, before, mark + text.encode(), ", ".join(self._added[name]), name in self._personal)


def _put(values: Mapping[str, object], path: Sequence[str], file: str) -> dict[str, object]:
    """The values with the file's name at a path."""
    key, *rest = path
    inner = values[key]
    return {**values, key: _put(inner, rest, file) if rest and isinstance(inner, Mapping) else file}
