"""The ledger: the append-only, hash-chained history that auditors read.

Anybody can verify it without this program. A line's `hash` is the SHA-256 of the line without `hash`, as JSON with sorted keys and no
spaces; `previous` is the hash of the line before. For the last line: `tail -n1 ledger.jsonl | jq -cSj 'del(.hash)' | sha256sum`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from state.errors import BrokenChain, Damaged
from state.lines import HINT, LineFile, decode, encode


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What a run wants remembered. `what["step"]`, where there is one, lets `Ledger.has` recognise it after a crash."""

    run: str
    event: str
    who: dict[str, str] = field(default_factory=dict)
    what: dict[str, object] = field(default_factory=dict)
    """Kind, names, verb, reason, outcome, the channel's own ids: whatever JSON holds, and no secret and no child's name."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of the ledger."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"use_attribute_docstrings": True}

    n: int
    """The line's number, counted from 1 without gaps."""
    at: str
    """When the line was written: ISO 8601, UTC, milliseconds."""
    run: str
    """The id of the run that wrote it."""
    event: str
    """What happened, in one word, for example `done`."""
    who: dict[str, str]
    """Who did it, as far as the environment tells: user, host, commit, author, continuous-integration run."""
    what: dict[str, object]
    """What was done and with what outcome: step, kind, names, verb, reason, the channel's own ids."""
    previous: str
    """The hash of the line before; empty on the first line."""
    hash: str
    """SHA-256 in hexadecimal of this line without `hash`, as JSON in UTF-8 with sorted keys and no spaces."""


_TYPES = {"n": int, "at": str, "run": str, "event": str, "who": dict, "what": dict, "previous": str, "hash": str}


class Ledger:
    """Append-only history; each line vouches for all before it. What a crash tore off was never acknowledged and is left out.

    The chain cannot tell that its newest lines were cut off cleanly: the git history of the file, or a hash noted elsewhere, can.
    """

    def __init__(self, file: LineFile, at: Callable[[], str]) -> None:
        self._file = file
        self._at = at

    def append(self, entries: Sequence[LedgerEntry]) -> list[LedgerLine]:
        """Write one line an entry; all are on the disk when this returns. A crash inside may leave the first few: ask `has` before
        repeating.

        Raises BrokenChain or Damaged where the last line present is not what was written, Unavailable where the disk refuses.
        """
        written: list[LedgerLine] = []

        def make(last: bytes) -> list[bytes]:
            n, previous = self._end(last)
            for number, entry in enumerate(entries, start=n + 1):
                line = _sealed(number, self._at(), entry, previous)
                written.append(line)
                previous = line.hash
            return [_rendered(line) for line in written]

        if entries:
            self._file.append(make)
        return written

    def lines(self) -> Iterator[LedgerLine]:
        """The lines, oldest first, not verified. Raises Damaged at one that cannot be understood."""
        for number, line in enumerate(self._file.lines(), start=1):
            yield _parsed(self._file.path, number, line)

    def __iter__(self) -> Iterator[LedgerLine]:
        return self.lines()

    def verify(self) -> int:
        """The number of lines, after checking each and its place. Raises BrokenChain at the first that is not what was written."""
        previous, number = "", 0
        for number, line in enumerate(self._file.lines(), start=1):
            previous = self._verified(number, line, previous)
        return number

    def has(self, run: str, event: str, step: object) -> bool:
        """Whether the run has written this event for this step (`what["step"]`): so nothing is told twice after a crash."""
        # Lines of other runs, nearly all of a long ledger, are passed over without being parsed.
        mark = b'"run":' + json.dumps(run, ensure_ascii=False).encode("utf-8", "backslashreplace")
        for number, raw in enumerate(self._file.lines(), start=1):
            if mark in raw:
                line = _parsed(self._file.path, number, raw)
                if line.run == run and line.event == event and line.what.get("step") == step:
                    return True
        return False

    def search(
        self, text: str = "", *, kind: str = "", name: str = "", run: str = "", since: str = "", until: str = ""
    ) -> Iterator[LedgerLine]:
        """The lines for which everything asked holds; what is empty is not asked.

        `text` occurs anywhere in the line, in either case. `kind` and `name` are looked for in `what` at any depth, alone or as an
        address `kind/name`. `run` is exact. `since` and `until` are ISO moments in UTC of any precision, both included: `2026-11` is
        all of November.
        """
        wanted = text.casefold()
        for line in self.lines():
            if (run and line.run != run) or not _within(line.at, since, until):
                continue
            if (kind or name) and not _concerns(line.what, kind, name):
                continue
            if not wanted or wanted in _rendered(line).decode().casefold():
                yield line

    def _end(self, last: bytes) -> tuple[int, str]:
        if not last:
            return 0, ""
        line = _parsed(self._file.path, 0, last)
        self._verified(line.n, last, line.previous)
        return line.n, line.hash

    def _verified(self, number: int, raw: bytes, previous: str) -> str:
        path = self._file.path
        try:
            line = _parsed(path, number, raw)
        except Damaged as error:
            raise BrokenChain(path, number, "this line cannot be understood") from error
        if line.n != number:
            raise BrokenChain(
                path, number, f"line {number} of the file says that it is number {line.n}: lines were removed, added or moved"
            )
        if line.previous != previous:
            raise BrokenChain(path, number, "this line does not continue the line before it")
        # Compared as bytes too: a key written twice, or a key of no meaning, would not change the hash.
        if line.hash != _hash(line) or raw != _rendered(line):
            raise BrokenChain(path, number, "this line was changed after it was written")
        return line.hash


def _sealed(number: int, at: str, entry: LedgerEntry, previous: str) -> LedgerLine:
    # Through JSON and back: what is hashed now must be what a reader will hash (tuples are lists, keys are text).
    plain = json.loads(encode({"who": entry.who, "what": entry.what}))
    line = LedgerLine(number, at, entry.run, entry.event, plain["who"], plain["what"], previous, hash="")
    return replace(line, hash=_hash(line))


def _hash(line: LedgerLine) -> str:
    document = _document(line)
    del document["hash"]
    return hashlib.sha256(encode(document, sort_keys=True)).hexdigest()


def _rendered(line: LedgerLine) -> bytes:
    return encode(_document(line))


def _document(line: LedgerLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in _TYPES}


def _parsed(path: Path, number: int, raw: bytes) -> LedgerLine:
    document = decode(path, number, raw)
    for name, kind in _TYPES.items():
        if type(document.get(name)) is not kind:
            raise Damaged(path, number, f'this ledger line lacks a proper "{name}"', HINT)
    return LedgerLine(**{name: document[name] for name in _TYPES})  # type: ignore[arg-type]  # the loop above has judged each


def _within(at: str, since: str, until: str) -> bool:
    return at[: len(since)] >= since and at[: len(until)] <= until


def _concerns(what: object, kind: str, name: str) -> bool:
    words = set(_words(what))
    if kind and name and f"{kind}/{name}" in words:
        return True
    kinds = not kind or kind in words or any(word.startswith(f"{kind}/") for word in words)
    return kinds and (not name or name in words or any(word.endswith(f"/{name}") for word in words))


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
