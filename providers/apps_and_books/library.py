"""One location's library behind its driver: finds the addresses and limits of the day, keeps the pace that Apple asks for, runs calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from providers.apps_and_books import calls
from providers.apps_and_books.decode import Config
from providers.apps_and_books.errors import CODES, HINTS, SHUT_OUT
from providers.apps_and_books.token import ContentToken, Shown
from providers.wire.budget import Budget, Limit, Window
from providers.wire.driver import Driver, Manners
from providers.wire.message import Call, T
from providers.wire.words import Refused
from reconciler.clock import Clock
from reconciler.provider import Credential, Note, Report, Scratch

if TYPE_CHECKING:
    import httpx

HOST = "Apple"
FRESH = timedelta(minutes=5)
"""Apple advises to ask for addresses and limits again about so often."""


@dataclass(frozen=True, slots=True)
class Door:
    """The way to one location: `name` is ours for it, `transport` None is the network, `patience` the longest wait for a 429 in seconds."""

    name: str
    base_url: str
    token: ContentToken = field(repr=False)
    clock: Clock
    transport: httpx.BaseTransport | None
    scratch: Scratch
    patience: float = 1800.0


class Library:
    """Runs the calls of one location, one request at a time. `spent` counts its requests by sort (reads, writes)."""

    def __init__(self, door: Door) -> None:
        self._clock = door.clock
        self._pace = _limit(15)
        limits = {"reads": self._pace, "writes": self._pace}
        self._budget = Budget(f"apps_and_books-{door.name}", door.token.organization, limits, door.clock, door.scratch)
        self._keep_pace(self._budget.windows["reads"].spent() + self._budget.windows["writes"].spent())
        self.credential = Credential(f"apps_and_books.{door.name}", door.token.expires)
        manners = Manners(HOST, door.base_url, door.patience, {}, CODES, HINTS, SHUT_OUT, self.credential.place)
        self._driver = Driver(manners, Shown(door.token), self._budget, door.clock, door.transport)
        self._base_url = door.base_url
        self._config: Config | None = None
        self._asked: datetime | None = None
        self.spent = self._driver.spent

    def config(self, report: Report) -> Config:
        """Addresses and limits, at most five minutes old."""
        now = self._clock.now()
        if self._config is None or self._asked is None or now - self._asked >= FRESH:
            self._config = self._driver.run(calls.service_config(self._base_url), report)
            self._asked = now
            self._adapt(self._config.limits.requests_per_second)
        return self._config

    def read(self, call: Callable[[Config], Call[T]], report: Report) -> T:
        """Run a call that changes nothing. Raises what Driver.run raises."""
        return self._run(call, lambda made: self._driver.run(made, report), report)

    def send(self, call: Callable[[Config], Call[T]], report: Report, note: Note) -> T:
        """Run a call that writes; see Driver.run for `note`. Raises Unclear where nobody knows whether Apple took it."""
        return self._run(call, lambda made: self._driver.run(made, report, note), report)

    def close(self) -> None:
        """Give the connections back. Idempotent."""
        self._driver.close()

    def _run(self, call: Callable[[Config], Call[T]], drive: Callable[[Call[T]], T], report: Report) -> T:
        try:
            return drive(call(self.config(report)))
        except Refused as refusal:
            if not any(fault.code == "9634" for fault in refusal.faults):
                raise
        # The addresses moved since they were asked for, and nothing was taken at the old ones.
        self._config = None
        return drive(call(self.config(report)))

    def _adapt(self, per_second: int) -> None:
        if per_second != self._pace.count:
            self._pace = _limit(per_second)
            self._keep_pace(self._budget.windows["reads"].spent())

    def _keep_pace(self, spent: list[int]) -> None:
        """Apple counts reads and writes together, so both are taken from one window."""
        window = Window(self._pace, self._clock, spent)
        self._budget.windows.update(reads=window, writes=window)


def _limit(per_second: int) -> Limit:
    return Limit(per_second, 1, f"{per_second:,} requests a second")
