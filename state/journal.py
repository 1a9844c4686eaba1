"""The write-ahead file of a run: what it is about to do, on the disk before it is done.

While it has lines, a run is unfinished: the next one reads them to learn what was in flight.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from state.files import explained, sync_folder
from state.lines import LineFile, decode, encode

KEPT = 20
"""Finished runs whose journals are kept."""


class Journal:
    """One line an event: `{"at": ISO moment, "run": id, "event": "begin|sending|received|verified|done|…", …facts}`."""

    def __init__(self, file: LineFile, archive: Path, at: Callable[[], str]) -> None:
        self._file = file
        self._archive = archive
        self._at = at

    def append(self, event: str, **facts: object) -> None:
        """Add a line; it is on the disk when this returns.

        `run` among the facts names the run; without it the line belongs to the run of the line before, and a first line gets a new id.
        Raises Unavailable, or Damaged where the line before cannot be understood.
        """

        def make(last: bytes) -> list[bytes]:
            run = facts.get("run") or self._run_of(last) or uuid4().hex
            return [encode({"at": self._at(), **facts, "run": run, "event": event})]

        self._file.append(make)

    def lines(self) -> list[dict[str, object]]:
        """The lines of the unfinished run, oldest first; empty where none is unfinished. A torn last line is left out."""
        return [decode(self._file.path, number, line) for number, line in enumerate(self._file.lines(), start=1)]

    def close_run(self) -> None:
        """Declare the run finished: its journal moves to the archive in one atomic step. Nothing happens where there is none."""
        with self._file.guard(), explained(self._file.path):
            if not self._file.path.exists():
                return
            self._archive.mkdir(mode=0o700, exist_ok=True)
            kept = sorted(self._archive.glob("[0-9]" * 8 + "-*.jsonl"))
            self._file.path.replace(self._archive / self._archive_name(kept))
            sync_folder(self._archive)
            sync_folder(self._file.path.parent)
            for old in kept[: -(KEPT - 1)]:
                old.unlink()

    def _archive_name(self, kept: list[Path]) -> str:
        number = int(kept[-1].name.partition("-")[0]) + 1 if kept else 1
        first = next(self._file.lines(), b"")
        return f"{number:08d}-{re.sub(r'[^A-Za-z0-9.-]', '_', self._run_of(first))[:64]}.jsonl"

    def _run_of(self, line: bytes) -> str:
        return str(decode(self._file.path, 0, line).get("run", "")) if line else ""
