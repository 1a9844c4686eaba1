"""The portal as a provider: it sends nothing. What is done there is what the record attests, and what can be seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from providers.portal import capabilities
from providers.portal.attested import Attested
from reconciler.capability import Capability, Verb
from reconciler.clock import Clock
from reconciler.diagnostic import Diagnostic
from reconciler.errors import ProviderError
from reconciler.kinds.domains import DOCUMENT, RECORD
from reconciler.observed import Observed
from reconciler.plan import Change, Price, Step
from reconciler.provider import Look, Note, Outcome, Receipt, Report
from reconciler.resource import Address, Declared, Seen

NAME = "portal"


class Check(Protocol):
    """Looks from outside."""

    def look(
        self, declared: Mapping[str, Declared], unread: Mapping[str, Seen], findings: list[Diagnostic], report: Report
    ) -> Mapping[str, Seen]:
        """The things of one kind that are there; those that could not be asked for stay `unread`, and a note says so."""
        ...


@dataclass(frozen=True, slots=True)
class Portal:
    """See reconciler.provider.Provider. `checks`: kind → what looks for its things, made when there are any to look for."""

    clock: Clock
    zone: ZoneInfo
    checks: Mapping[str, Callable[[], Check]] = field(default_factory=dict)
    end: Callable[[], None] = lambda: None
    name: str = NAME
    kinds: tuple[str, ...] = tuple(capabilities.STEPS)

    def identity(self) -> str:
        """See Provider. The portal is the one of the organization that the other channels name."""
        return NAME

    def capability(self, kind: str, verb: Verb) -> Capability:
        """See Provider."""
        return capabilities.capability(kind, verb)

    def observe(self, look: Look, report: Report) -> Observed:
        """See Provider."""
        observed = Observed()
        known = Attested(look, self._today())
        for kind in self.kinds:
            if kind not in (RECORD, DOCUMENT):
                observed.items[kind] = known.items(kind)
        for kind in (RECORD, DOCUMENT):
            declared, unread = look.desired.of(kind), known.unread(kind)
            asked = kind in self.checks and declared
            observed.items[kind] = self.checks[kind]().look(declared, unread, observed.findings, report) if asked else unread
        return observed

    def pack(self, changes: Sequence[Change], observed: Observed) -> Sequence[Step]:
        """See Provider. Nothing here is automatic."""
        del changes, observed
        return ()

    def price(self, steps: Sequence[Step], observed: Observed) -> tuple[Price, ...]:
        """See Provider. A person's time is not counted."""
        del steps, observed
        return ()

    def send(self, step: Step, note: Note, report: Report) -> Receipt:
        """See Provider. There is nothing that could be sent."""
        del report
        note("refused")
        raise ProviderError(f"Nothing can be sent to the portal ({step.title}).", "A person does it: reconciler tasks.")

    def settle(self, step: Step, receipt: Receipt, report: Report) -> Mapping[Address, Outcome]:
        """See Provider. Nothing was sent."""
        del step, receipt, report
        return {}

    def close(self) -> None:
        """See Provider."""
        self.end()

    def _today(self) -> date:
        return self.clock.now().astimezone(self.zone).date()
