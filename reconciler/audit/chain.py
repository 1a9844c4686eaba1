"""Whether the ledger is what was written: by its own chain, and by what git remembers of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.audit.signatures import against_head, brought, rewritten
from state.errors import BrokenChain
from state.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Checked:
    """The result: sentences for people, and whether all is well."""

    says: Sequence[str]
    sound: bool


def check(ledger: Ledger, file: Path) -> Checked:
    """Check every line, and that git has never seen a line of it changed or removed."""
    try:
        count = ledger.verify()
    except BrokenChain as error:
        return Checked([f"{error.message}.", *_blame(file, error.line), f"{error.hint[0].upper()}{error.hint[1:]}."], sound=False)
    lacking = list(_lacking(file))
    if lacking:
        return Checked(lacking, sound=False)
    lines = f"{count:,} line{'s' * (count != 1)}, each chained to the one before"
    return Checked([f"The ledger is whole: {lines}." if count else "The ledger is empty: nothing was done yet."], sound=True)


def _blame(file: Path, number: int) -> Iterator[str]:
    """Who brought the first broken line as it stands now."""
    for part in brought(file):
        if part.first <= number <= part.last and part.commit is not None:
            commit = part.commit
            yield f"This line came with commit {commit.id[:12]} of {commit.people}, {commit.at[:10]}; signature: {commit.signature}."
        elif part.first <= number <= part.last:
            yield f"This line is not committed as it stands: git restore {file.name} in {file.parent} brings the last committed one back."


def _lacking(file: Path) -> Iterator[str]:
    """What only git knows: a chain that was cut off at its end, or written anew from the start, still fits together."""
    other, missing = against_head(file)
    if other:
        yield f"{file}:{other}: this line is another one than git has, though the chain fits together: it was written anew from here on."
    if missing:
        yield f"git has {missing:,} more line{'s' * (missing != 1)} at the end of {file.name}: somebody cut it off."
    for commit in rewritten(file):
        yield f"Commit {commit.id[:12]} of {commit.people}, {commit.at[:10]}, changed or removed lines of {file.name}, which only grows."
