"""State in a folder beside the configuration: two files for git, the rest private.

record.tsv      committed: what we own
ledger.jsonl    committed: what was done
.gitignore      keeps the rest out of git
private/        journal of the run, journals of the last runs, lock, scratch
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO, cast
from urllib.parse import quote
from uuid import uuid4

import orjson

from state.errors import Conflict, Damaged, OtherOrganization
from state.files import Guard, explained, guarded, replace_file, sync_folder
from state.journal import Journal
from state.ledger import Ledger
from state.lines import LineFile
from state.lock import Lock
from state.record import Record
from state.record_faults import damaged
from state.record_file import Unreadable, decode, decode_head, encode

_IGNORED = ("private/", "*.tmp")


def _now() -> datetime:
    return datetime.now(UTC)


class LocalBackend:
    """See Backend. `now` gives the moments written into journal and ledger; aware, any zone."""

    def __init__(self, folder: Path, organization: str, now: Callable[[], datetime] = _now) -> None:
        self.folder = folder
        self.organization = organization
        self._now = now
        self._record = folder / "record.tsv"
        self._private = folder / "private"

    def record(self) -> Record:
        """See Backend."""
        return self._read(decode)

    def save(self, record: Record, expected_serial: int) -> Record:
        """See Backend."""
        self._ours(record)
        with self._guard():
            stored = self._read(lambda file: decode_head(file.readline()))
            if stored.serial != expected_serial or (stored.lineage and stored.lineage != record.lineage):
                raise _moved(stored, record, expected_serial)
            saved = record.copy()
            saved.lineage = stored.lineage or uuid4().hex
            saved.serial = expected_serial + 1
            replace_file(self._record, encode(saved))
        return saved

    def journal(self) -> Journal:
        """See Backend."""
        file = LineFile(self._private / "journal.jsonl", self._guard, mode=0o600)
        return Journal(file, self._private / "runs", self._at)

    def ledger(self) -> Ledger:
        """See Backend."""
        return Ledger(LineFile(self.folder / "ledger.jsonl", self._guard), self._at)

    def lock(self) -> Lock:
        """See Backend."""
        return Lock(self._private, self._prepare)

    @property
    def scratch(self) -> LocalScratch:
        """See Backend."""
        return LocalScratch(self._private / "scratch", self._guard)

    def _read(self, read: Callable[[TextIO], Record]) -> Record:
        with explained(self._record):
            try:
                with self._record.open(encoding="utf-8") as file:
                    return self._ours(read(file))
            except FileNotFoundError:
                return Record(self.organization)
            except (Unreadable, UnicodeDecodeError):
                raise damaged(self._record, self._record.read_text(encoding="utf-8", errors="surrogateescape")) from None

    def _ours(self, record: Record) -> Record:
        if record.organization != self.organization:
            raise OtherOrganization(
                f'{self._record} is the record of "{record.organization}", not of "{self.organization}"',
                "use another folder for another organization; if it was only renamed, write the new name into the file's first line",
            )
        return record

    def _at(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @contextmanager
    def _guard(self) -> Iterator[None]:
        self._prepare()
        with guarded(self._private / "guard"):
            yield

    def _prepare(self) -> None:
        """Make the folders, and keep what is private out of git before anything private is there."""
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore = self.folder / ".gitignore"
            text = ignore.read_text(encoding="utf-8") if ignore.exists() else ""
            missing = [line for line in _IGNORED if line not in text.splitlines()]
            if missing:
                start = text if text.endswith("\n") or not text else f"{text}\n"
                ignore.write_text(start + "".join(f"{line}\n" for line in missing), encoding="utf-8")
            if not self._private.exists():
                self._private.mkdir(mode=0o700, exist_ok=True)
                sync_folder(self.folder)


class LocalScratch:
    """See Scratch: one file a name."""

    def __init__(self, folder: Path, guard: Guard) -> None:
        self._folder = folder
        self._guard = guard

    def get(self, name: str) -> object:
        """See Scratch. Raises Damaged where the file is not JSON."""
        path = self._path(name)
        with explained(path):
            try:
                return cast(object, orjson.loads(path.read_bytes()))
            except FileNotFoundError:
                return None
            except ValueError as error:
                raise Damaged(path, 0, "this file is not what was written (not JSON)", "delete it: nothing in it is needed") from error

    def put(self, name: str, value: object) -> None:
        """See Scratch."""
        with self._guard(), explained(self._folder):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            replace_file(self._path(name), [orjson.dumps(value)], mode=0o600)

    def _path(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.json"


def _moved(stored: Record, record: Record, expected_serial: int) -> Conflict:
    hint = "somebody else applied in the meantime: get the newest record (git pull), then plan again"
    if stored.serial != expected_serial:
        return Conflict(f"the record has moved: it was expected at serial {expected_serial} and is at serial {stored.serial}", hint)
    lineage = record.lineage or "none"
    return Conflict(f"this is another record: its lineage is {stored.lineage}, the one read was of lineage {lineage}", hint)
