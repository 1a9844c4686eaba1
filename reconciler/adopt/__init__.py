"""Brings an organization that was run by hand under management: what is live and in no file becomes entries that say exactly that.

So the plan right after has nothing to send: it only records. Whatever the files have already is neither changed nor said again.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.adopt.edit import NewEntry, extend, grow, new_file, new_table
from reconciler.adopt.gather import Gathered, Live, gather
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.kinds.found import Draft, Table
from reconciler.kinds.kind import Kind
from reconciler.kinds.naming import joined
from reconciler.load import Configuration, load
from reconciler.load.sections import Sections
from reconciler.load.table import read_header
from reconciler.load.text import BOM, decode
from reconciler.load.written import read_written
from reconciler.phrases import plain
from reconciler.provider import Report
from reconciler.repository import unsaved
from reconciler.sealed import is_sealed
from reconciler.session import Session
from state.collector import collector_paused
from state.files import replace_file


@dataclass(frozen=True, slots=True)
class File:
    """A file to write, relative to the folder: its bytes before (None: it is new) and after, and what is added, in words."""

    name: str
    before: bytes | None
    after: bytes
    added: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """What adopting would write, and what it leaves out."""

    configuration: Configuration
    files: tuple[File, ...]
    gathered: Gathered

    @property
    def count(self) -> Mapping[str, int]:
        """How many live things of each kind get an entry."""
        return {kind: sum(len(draft.covers) for draft in drafts) for kind, drafts in self.gathered.drafts.items() if drafts}

    def check(self) -> None:
        """Raise ConfigurationError, before anything is written, if the folder would not be sound afterwards."""
        with TemporaryDirectory() as temporary:
            staged = Path(temporary) / "folder"
            state = self.configuration.folder / self.configuration.settings.state.folder
            shutil.copytree(self.configuration.folder, staged, symlinks=True, ignore=lambda at, names: _unneeded(Path(at), names, state))
            _write(staged, self.files)
            load(staged, self.configuration.today, self.configuration.opener.around)

    def check_saved(self) -> None:
        """Raise ReconcilerError if a file that would grow is not safe in git."""
        risky = unsaved(self.configuration.folder, [file.name for file in self.files if file.before is not None])
        if risky:
            raise ReconcilerError(
                f"git could not bring back {', '.join(risky)}, to which lines would be added.", "Commit first, or say --force."
            )

    def write(self) -> None:
        """Write every file, each whole or not at all."""
        _write(self.configuration.folder, self.files)


def _unneeded(at: Path, names: Sequence[str], state: Path) -> list[str]:
    """What loading never reads."""
    return [name for name in names if name.startswith(".") or at / name == state]


def _write(folder: Path, files: Sequence[File]) -> None:
    for file in files:
        path = (folder / file.name).resolve()  # what a link within the folder points to, not the link
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, [file.after])


def adopt(session: Session, report: Report, *, rules: bool) -> Adoption:
    """Read everything that is live and draft what is in no file. `rules`: a match stands for a list where it claims exactly that.

    Raises ConfigurationError if the files dispute among themselves or with the live organization.
    """
    record = session.backend.record()
    observed = session.observe(record, report, everything=True)
    with collector_paused():
        configuration = session.configuration
        written = read_written(configuration.folder, configuration.opener)
        gathered = gather(Live(configuration, written, record, observed), rules=rules)
        return Adoption(configuration, tuple(_Drafting(configuration, written).files(gathered)), gathered)


class _Drafting:
    """The files that drafts go to, as they will be."""

    def __init__(self, configuration: Configuration, written: Sections) -> None:
        self._folder = configuration.folder
        self._written = written
        self._remark = plain(f"as {configuration.settings.organization.name} had them on {configuration.today}")
        self._texts: dict[str, str] = {}
        self._added: dict[str, list[str]] = defaultdict(list)

    def files(self, gathered: Gathered) -> list[File]:
        """Every file that is new or grows, by name."""
        for name, drafts in gathered.drafts.items():
            kind = KINDS[name]
            by_file: dict[str, list[Draft]] = defaultdict(list)
            for draft in drafts:
                placed = self._with_table(draft, kind)
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
        count = len(entries)
        self._added[file].append(f"{count:,} {'entry' if count == 1 else 'entries'} for {kind.noun[1]}")

    def _with_table(self, draft: Draft, kind: Kind) -> Draft | None:
        """The draft with its table's file written down; None if its entry is in the files already."""
        if draft.table is None:
            return draft
        table, known = draft.table, draft.name in self._written.entries[kind.name]
        if known:
            self._grow(table)
        else:
            table = replace(table, file=self._free(table.file) if self._text(table.file) is not None else table.file)
            self._texts[table.file] = new_table(table.header, table.rows)
        self._added[table.file].append(f"{len(table.rows):,} {kind.noun[len(table.rows) != 1]}")
        return None if known else replace(draft, table=table, values=_put(draft.values, draft.at_table, table.file))

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
        return File(name, before, mark + text.encode(), ", ".join(self._added[name]))


def _put(values: Mapping[str, object], path: Sequence[str], file: str) -> dict[str, object]:
    """The values with the file's name at a path."""
    key, *rest = path
    inner = values[key]
    return {**values, key: _put(inner, rest, file) if rest and isinstance(inner, Mapping) else file}
