"""The Apple School Manager API as a provider: devices and the services that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from providers.apple_school import capabilities, observe, pack, price, settle
from providers.apple_school.atlas import Atlas
from providers.apple_school.calls import create_activity
from providers.apple_school.order import Order, wire_moment
from providers.apple_school.refusal import explained
from providers.wire.budget import Limit
from providers.wire.driver import Driver
from providers.wire.one_account import OneAccount
from providers.wire.words import Refused
from reconciler.capability import Capability, Verb
from reconciler.clock import Clock
from reconciler.observed import Observed
from reconciler.plan import Change, Price, Step
from reconciler.provider import Look, Note, Notice, Outcome, Receipt, Report
from reconciler.resource import Address

NAME = "apple_school"


@dataclass(frozen=True, slots=True)
class Terms:
    """What we agreed with ourselves: where the API is, who we are there, requests, batch size, and patience with an activity."""

    identity: str
    base_url: str
    reads: Limit
    writes: Limit
    batch: int
    patience: timedelta


class AppleSchool(OneAccount):
    """See reconciler.provider.Provider. Its account's credential is the API key."""

    name = NAME
    kinds: tuple[str, ...] = ("mdm_server", "device_assignment")

    def __init__(self, terms: Terms, driver: Driver, clock: Clock, close: Callable[[], None]) -> None:
        super().__init__(driver, close)
        self.clock = clock
        self._terms = terms
        self._atlas: Atlas | None = None

    def identity(self) -> str:
        """See Provider."""
        return self._terms.identity

    def capability(self, kind: str, verb: Verb) -> Capability:
        """See Provider."""
        return capabilities.capability(kind, verb)

    def observe(self, look: Look, report: Report) -> Observed:
        """See Provider."""
        before = self._driver.spent["reads"]
        observed, self._atlas = self._driver.run(observe.observe(look, self._terms.base_url, report), report)
        observed.reads = {self.name: self._driver.spent["reads"] - before}
        return observed

    def pack(self, changes: Sequence[Change], observed: Observed) -> Sequence[Step]:
        """See Provider."""
        return pack.pack(self.name, self._terms.batch, changes, observed)

    def price(self, steps: Sequence[Step], observed: Observed) -> tuple[Price, ...]:
        """See Provider."""
        return (price.price(self.name, steps, observed.reads.get(self.name, 0), self._terms.reads, self._terms.writes),)

    def send(self, step: Step, note: Note, report: Report) -> Receipt:
        """See Provider."""
        order, serials = Order.of(step), [address.name for address in step.covers]
        report(Notice(step.title, 0, len(serials)))
        call = create_activity(step.title, order.activity, order.server, wire_moment(order.deadline), serials)
        try:
            reference = self._driver.run(call, report, note)
        except Refused as refusal:
            raise explained(step.title, refusal, serials) from None
        note("received", reference=reference)
        return Receipt(reference, self.clock.now())

    def settle(self, step: Step, receipt: Receipt, report: Report) -> Mapping[Address, Outcome]:
        """See Provider."""
        sent = settle.Sent(
            Order.of(step),
            step.title,
            tuple(address.name for address in step.covers),
            receipt.reference,
            receipt.sent,
            self._terms.patience,
            self._terms.base_url,
            self.clock.now,
            self._atlas,
        )
        outcomes = self._driver.run(settle.settle(sent), report)
        report(Notice(step.title, len(step.covers), len(step.covers)))
        return {address: outcomes[address.name] for address in step.covers}
