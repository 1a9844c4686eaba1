"""What a place that keeps our state must be able to do. One suite, tests/state/test_conformance.py, holds every back end to it."""

from __future__ import annotations

from typing import Protocol

from state.journal import Journal
from state.ledger import Ledger
from state.lock import Lock
from state.record import Record


class Scratch(Protocol):
    """A small private store, never committed: rate budgets and other things that may be lost without harm. No secrets."""

    def get(self, name: str) -> object:
        """The JSON value last put under `name`; None where there is none."""
        ...

    def put(self, name: str, value: object) -> None:
        """Keep a JSON value under `name`, replacing what was there, whole or not at all."""
        ...


class Backend(Protocol):
    """The state of one organization. Reading creates nothing; every error is a StateError.

    Its parts may be asked for any number of times and all see the same state. Everything a call has written is safe from kill and
    power cut when the call returns.
    """

    def record(self) -> Record:
        """The record as last saved; an empty one with serial 0 and no lineage where none was. The caller may change what it gets.

        Raises Damaged, naming every line at fault, and OtherOrganization.
        """
        ...

    def save(self, record: Record, expected_serial: int) -> Record:
        """Replace the stored record by this one, provided that the stored serial is still `expected_serial` and the lineage is the same.

        Returns what was stored: an independent copy whose serial is one higher; `record` itself stays as it was. The first save makes
        the lineage. Of two writers that expect the same serial, exactly one succeeds, the other gets Conflict; a reader sees the old
        record or the new, never a mixture.
        """
        ...

    def journal(self) -> Journal:
        """The write-ahead file of the run. Only who holds the lock may write to it."""
        ...

    def ledger(self) -> Ledger:
        """The history of what was done."""
        ...

    def lock(self) -> Lock:
        """A handle on the one lock of this organization; a process that dies lets go of it."""
        ...

    @property
    def scratch(self) -> Scratch:
        """The small private store."""
        ...
