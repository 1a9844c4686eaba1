"""What can go wrong with what we remember. Each error says where, and its hint says what to do.

StateError
├── Unavailable        the place that keeps the state cannot be read or written (permission, full disk)
├── OtherOrganization  the state found there belongs to another organization
├── Conflict           the record moved under us: compare-and-swap failed
├── LockedElsewhere    another run holds the lock; `holder` says who
├── Damaged            a file cannot be understood; `line` says where
└── BrokenChain        the ledger does not verify; `line` is the first broken one
"""

from __future__ import annotations

from pathlib import Path

from state.holder import Holder


class StateError(Exception):
    """An error for people: `message` says what is wrong and where, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Unavailable(StateError):
    """The place that keeps the state cannot be read or written."""


class OtherOrganization(StateError):
    """The state found belongs to another organization than the one asked for."""


class Conflict(StateError):
    """The record moved since it was read. Nothing was written."""


class LockedElsewhere(StateError):
    """Another run is writing to this organization; `holder` is that run."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(f"another run is writing to this organization: held by {holder}", "wait until it has ended, then try again")
        self.holder = holder


class Damaged(StateError):
    """A file cannot be understood. `line` counts from 1; 0 where no single line is to blame."""

    def __init__(self, path: Path, line: int, problem: str, hint: str) -> None:
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}", hint)
        self.path = path
        self.line = line


class BrokenChain(StateError):
    """The ledger is not what was written. `line`, counted from 1, is the first that does not verify; all before it do."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        hint = f"all lines before it are as they were written; find in the git history of {path.name} who changed it, and restore it"
        super().__init__(f"{path}:{line}: {problem}", hint)
        self.path = path
        self.line = line
