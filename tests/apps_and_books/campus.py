"""A pretend library with our client in front of it, and what a test wants to say and count."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import httpx

from providers.apps_and_books import calls, settle
from providers.apps_and_books.batches import Batch, batches
from providers.apps_and_books.calls import Person
from providers.apps_and_books.decode import Licence, Pricing
from providers.apps_and_books.library import Door, Library
from providers.apps_and_books.settle import Sent
from providers.apps_and_books.token import ContentToken
from providers.simulator import transport
from providers.simulator.apps.app import app
from reconciler.provider import Notice, Outcome, Result
from tests.apple_school.school import Shelf
from tests.simulator.apps.library import HERE, MATHS, account
from tests.simulator.apps.library import Library as Wire

APP = Pricing(MATHS)


class Campus:
    """`notes` holds what was journaled, `waits` every pause; `wire` is Apple's side, `library` ours."""

    def __init__(self, *, door: httpx.BaseTransport | None = None, base_url: str = "https://vpp.itunes.apple.com/mdm/v2") -> None:
        self.wire = Wire()
        self.tenant = self.wire.tenant
        self.notes: list[tuple[str, dict[str, str]]] = []
        self.waits: list[Notice] = []
        self.token = ContentToken.read(self.tenant.apps.content_token(HERE).decode())
        way = door or transport(self.tenant, app)
        self.library = Library(Door("north", base_url, self.token, self.tenant.clock, way, Shelf()))

    def note(self, event: str, **facts: str) -> None:
        """See Note."""
        self.notes.append((event, facts))

    def report(self, notice: Notice) -> None:
        """See Report."""
        if notice.wait:
            self.waits.append(notice)

    def requests(self, path: str) -> int:
        """How often an address was asked."""
        return self.tenant.counters()["requests"].get(f"{path} (apps)", 0)

    def held(self) -> set[Licence]:
        """Who really has what."""
        return {Licence(*one) for one in self.tenant.apps.held(HERE)}

    def licences(self, count: int, *assets: str) -> list[Licence]:
        """The app (or these) for the first devices."""
        return [Licence(asset, "STDQ", "", serial) for asset in assets or (MATHS,) for serial in self.wire.serials[:count]]

    def move(self, licences: Sequence[Licence], *, given: bool = True) -> dict[Licence, Outcome]:
        """Give or take licences, and what became of each."""
        outcomes: dict[Licence, Outcome] = {}
        limits = self.library.config(self.report).limits
        write = calls.associate if given else calls.disassociate
        for batch in batches(licences, limits):
            event = self.library.send(partial(write, title="Moving licences", batch=batch), self.report, self.note)
            outcomes |= self.settle(batch, event, given=given)
        return outcomes

    def settle(self, batch: Batch, event: str, *, given: bool = True) -> dict[Licence, Outcome]:
        """Follow an event and read back."""
        sent = self.sent(event)
        return self.library.read(lambda _: settle.licences(sent, batch, given=given), self.report)

    def sent(self, event: str) -> Sent:
        """A write that left just now."""
        return Sent(self.library.config(self.report), "Moving licences", event, self.tenant.clock.now(), self.tenant.clock.now)

    def people(self, verb: str, *names: str) -> dict[str, Result]:
        """Create or retire users, and what became of each."""
        wanted = [Person(name, account(name)) for name in names]
        writes = {"create": calls.create_users, "retire": calls.retire_users}
        ends = {"create": settle.created, "retire": settle.retired}
        event = self.library.send(lambda config: writes[verb](config, "Changing users", wanted), self.report, self.note)
        sent = self.sent(event)
        outcomes = self.library.read(lambda _: ends[verb](sent, wanted), self.report)
        return {id_: outcome.result for id_, outcome in outcomes.items()}
