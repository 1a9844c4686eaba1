"""Who brought each line of a file into git, and whether git vouches for it: commits, their people, their signatures.

The chain proves that nobody changed a line without changing all after it. Who wrote them at all, git proves, where commits are signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.repository import git

_ENTRY = re.compile(rb"^([0-9a-f]{40,64}) \d+ (\d+) (\d+)$", re.MULTILINE)
_FIELDS = ("%H", "%an <%ae>", "%cn <%ce>", "%cI", "%G?", "%GS", "%GF", "%(trailers:key=Co-authored-by,valueonly,separator=%x2C%x20)", "%s")
_AT_ONCE = 500
GOOD = frozenset("G")
_WORDS = {
    "G": "good",
    "U": "made with a key that nobody here vouches for",
    "X": "good, and ended since",
    "Y": "good, with a key that ended since",
    "R": "made with a key that was revoked",
    "B": "BAD: the commit is not what was signed",
    "E": "cannot be checked here: the key is not known",
    "N": "not signed",
    "S": "signed, and cannot be checked here: git has no list of keys (gpg.ssh.allowedSignersFile)",
}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: who made the change, who put it into git, together with whom, and what its signature is worth.

    `status` is git's letter (`%G?`), or S for a signature that git could not look at. `signer` and `key` are empty without one.
    """

    id: str
    author: str
    committer: str
    at: str
    status: str
    signer: str
    key: str
    together: str
    subject: str

    @property
    def signature(self) -> str:
        """What the signature is worth, in words."""
        by = f", by {self.signer or self.key}" if self.status in "GUXYR" and (self.signer or self.key) else ""
        return _WORDS.get(self.status, "unknown to us") + by

    @property
    def people(self) -> str:
        """Who is behind it, in one phrase."""
        committed = f", committed by {self.committer}" if self.committer != self.author else ""
        return self.author + (f", together with {self.together}" if self.together else "") + committed


@dataclass(frozen=True, slots=True)
class Brought:
    """Lines of a file, first and last counted from 1, and the commit that brought them; None: not committed yet."""

    first: int
    last: int
    commit: Commit | None


def brought(file: Path) -> list[Brought]:
    """Who brought each line, in the order of the file; empty where git does not keep the file."""
    told = git(file.parent, "blame", "--incremental", "--", file.name)
    if told is None:
        return []
    entries = sorted((int(first), int(count), id_.decode()) for id_, first, count in _ENTRY.findall(told))
    known = {commit.id: commit for commit in commits(file.parent, [id_ for _, _, id_ in entries if id_.strip("0")])}
    return list(_joined(Brought(first, first + count - 1, known.get(id_)) for first, count, id_ in entries))


def _joined(parts: Iterator[Brought]) -> Iterator[Brought]:
    """Neighbours of one commit as one part."""
    held: Brought | None = None
    for part in parts:
        if held is not None and held.commit == part.commit:
            held = Brought(held.first, part.last, held.commit)
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held


def commits(folder: Path, ids: Sequence[str]) -> Iterator[Commit]:
    """What git tells of commits. Signatures are checked with the keys and settings of this machine."""
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), _AT_ONCE):
        some = distinct[start : start + _AT_ONCE]
        told = git(folder, "log", "--no-walk=unsorted", f"--format={'%x1f'.join(_FIELDS)}%x1e", *some) or b""
        found = [Commit(*entry.strip("\n").split("\x1f")) for entry in told.decode(errors="replace").split("\x1e") if entry.strip()]
        signed = _signed(folder, [one.id for one in found if one.status == "N"])
        yield from (_unlooked(one) if one.id in signed else one for one in found)


def _unlooked(commit: Commit) -> Commit:
    return Commit(commit.id, commit.author, commit.committer, commit.at, "S", "", "", commit.together, commit.subject)


def _signed(folder: Path, ids: Sequence[str]) -> set[str]:
    """Which of these commits have a signature all the same: without a list of keys git says of one by SSH that there is none."""
    told = (git(folder, "log", "--no-walk=unsorted", "--format=raw", *ids) or b"") if ids else b""
    parts = re.split(rb"^commit ", told, flags=re.MULTILINE)
    return {part[: part.find(b"\n")].decode() for part in parts if re.search(rb"^gpgsig", part, re.MULTILINE)}


def rewritten(file: Path) -> list[Commit]:
    """The commits that took lines of an append-only file away or changed them, newest first."""
    told = git(file.parent, "log", "--format=%x1e%H", "--numstat", "--no-renames", "--", file.name) or b""
    ids = []
    for entry in told.decode(errors="replace").split("\x1e"):
        id_, _, numbers = entry.strip().partition("\n")
        removed = [line.split("\t")[1] for line in numbers.splitlines() if line.count("\t") >= 2]
        if any(number not in ("0", "-") for number in removed):
            ids.append(id_)
    return list(commits(file.parent, ids))


def against_head(file: Path) -> tuple[int, int]:
    """How an append-only file differs from what the last commit has of it: the first line that is another one (0: none), and how many are
    missing at its end. (0, 0) where git does not keep the file."""
    kept = (git(file.parent, "show", f"HEAD:./{file.name}") or b"").splitlines()
    now = file.read_bytes().splitlines() if file.is_file() else []
    other = next((number for number, (ours, theirs) in enumerate(zip(now, kept, strict=False), 1) if ours != theirs), 0)
    return other, max(0, len(kept) - len(now))
