"""Append-only files of one JSON object a line, whose last line may be torn by a crash.

A line is acknowledged when its newline is on the disk. What follows the last newline was never acknowledged to anybody: reading leaves
it out and the next append removes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from state.errors import Damaged
from state.files import Guard, explained, sync_folder

HINT = "restore the file from git or a backup; after a merge conflict keep the version of the branch that applied, never a mixture"
"""What to do about an append-only file that cannot be understood."""
_WINDOW = 65_536


def encode(document: object, *, sort_keys: bool = False) -> bytes:
    """One JSON value as one line of UTF-8, without its newline. Raises ValueError and TypeError for what JSON cannot hold."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys)
    # Half of a surrogate pair has no UTF-8; inside a JSON string its backslash form means the same.
    return text.encode("utf-8", "backslashreplace")


def decode(path: Path, number: int, line: bytes) -> dict[str, object]:
    """The JSON object on line `number` of `path`. Raises Damaged where it is none."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Damaged(path, number, "this line is not what was written (not JSON)", HINT) from error
    if not isinstance(document, dict):
        raise Damaged(path, number, "this line is not what was written (not a JSON object)", HINT)
    return document


class LineFile:
    """Lines that are only ever added, each on the disk before the call returns. `guard` is held during each append."""

    def __init__(self, path: Path, guard: Guard, mode: int = 0o666) -> None:
        self.path = path
        self.guard = guard
        self._mode = mode

    def lines(self) -> Iterator[bytes]:
        """The acknowledged lines, oldest first, without newlines; none where there is no file."""
        with explained(self.path):
            if not self.path.exists():
                return
            with self.path.open("rb") as file:
                for line in file:
                    if line.endswith(b"\n"):
                        # A checkout on Windows may have turned the newline into two characters.
                        yield line.rstrip(b"\r\n")

    def append(self, make: Callable[[bytes], Sequence[bytes]]) -> None:
        """Add the lines that `make` returns when it is given the last acknowledged line (empty where there is none).

        All of them or none, unless the process dies: then a first part of them may stand, in whole lines.
        """
        with self.guard(), explained(self.path):
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, self._mode)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                last, end = _last_line(file)
                data = b"".join(line + b"\n" for line in make(last))
                _write_at_end(file, end, data)
            if not end:
                sync_folder(self.path.parent)


def _last_line(file: BinaryIO) -> tuple[bytes, int]:
    """The last acknowledged line, and the offset behind its newline. Reads backwards: a ledger of years stays as cheap as a new one."""
    size = file.seek(0, os.SEEK_END)
    window = _WINDOW
    while True:
        start = max(0, size - window)
        file.seek(start)
        data = file.read(size - start)
        end = data.rfind(b"\n")
        before = data.rfind(b"\n", 0, end) if end > 0 else -1
        if before >= 0 or start == 0:
            return data[before + 1 : max(end, 0)].rstrip(b"\r"), start + end + 1
        window *= 8


def _write_at_end(file: BinaryIO, end: int, data: bytes) -> None:
    file.truncate(end)  # what a crash tore off
    try:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        os.fsync(file.fileno())
    except OSError:
        file.truncate(end)  # a full disk must not leave half of what the caller is told did not happen
        raise
