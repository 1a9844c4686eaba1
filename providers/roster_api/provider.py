"""The Roster API as a provider: it reads roles, and sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo

from providers.portal.attested import Attested
from providers.roster_api import capabilities
from providers.roster_api.calls import users
from providers.roster_api.findings import findings
from providers.roster_api.observe import Reading, granted, mentioned, roles
from providers.roster_api.people import joined
from providers.roster_api.places import Site, by_people, by_sites
from providers.wire.budget import Limit
from providers.wire.driver import Driver
from providers.wire.one_account import OneAccount
from reconciler.capability import Capability, Verb
from reconciler.clock import Clock
from reconciler.errors import ProviderError
from reconciler.kinds.roles import ROLE
from reconciler.observed import Observed
from reconciler.plan import Change, Price, Step
from reconciler.provider import Look, Note, Outcomes, Receipt, Report

NAME = "roster_api"
READS = Limit(300, 60, "300 reads a minute")
"""What we allow ourselves: Apple documents no rate, and answers 429 beyond one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the organization says of itself: its zone, its name (which its primary location bears), that location's key ("": not said),
    and how many Administrators it wants."""

    zone: ZoneInfo
    name: str
    primary_location: str
    administrators: int


@dataclass(frozen=True, slots=True)
class Sites:
    """The list of locations of another channel: `read` spends requests, which `spent` counts."""

    read: Callable[[Report], Sequence[Site]]
    spent: Callable[[], int]


class RosterApi(OneAccount):
    """See reconciler.provider.Provider. Its account's credential is the app's consent.

    `sites`: None if no device enrolment is connected.
    """

    name = NAME
    kinds: tuple[str, ...] = (ROLE.name,)

    def __init__(self, identity: str, frame: Frame, driver: Driver, clock: Clock, sites: Sites | None, end: Callable[[], None]) -> None:
        super().__init__(driver, end)
        self.clock = clock
        self._identity = identity
        self._frame = frame
        self._sites = sites

    def identity(self) -> str:
        """See Provider."""
        return self._identity

    def capability(self, kind: str, verb: Verb) -> Capability:
        """See Provider."""
        return capabilities.capability(kind, verb)

    def observe(self, look: Look, report: Report) -> Observed:
        """See Provider. Where nobody has a role and none was ours, nobody is read."""
        observed, before = Observed(items={ROLE.name: {}}), self._spent()
        if (asked := mentioned(look)) or look.everything:
            known = Attested(look, self.clock.now().astimezone(self._frame.zone).date()).items(ROLE.name)
            found = roles(look, self._read(look, report), known)
            observed.items[ROLE.name] = found.items
            observed.findings = list(findings(found, asked, self._frame.administrators))
        observed.reads = {self.name: self._spent() - before}
        return observed

    def _read(self, look: Look, report: Report) -> Reading:
        accounts = self._driver.run(users(report), report)
        found = joined(accounts, look)
        ids = {location for account in accounts for _, location in granted(account)}
        places = by_people(accounts, found.people, look.roster)
        if self._sites and not ids <= places.keys():
            told = by_sites(ids, self._sites.read(report), self._names(look))
            places = {id_: key for id_, key in places.items() if key not in told.values()} | told
        return Reading(accounts, found, places)

    def _names(self, look: Look) -> Mapping[str, str]:
        """Every location's name by its key."""
        primary = {self._frame.primary_location: self._frame.name} if self._frame.primary_location else {}
        rows = (zip(part.keys, part.column("location_name"), strict=True) for part in look.roster.of("locations"))
        return primary | dict(chain.from_iterable(rows))

    def _spent(self) -> int:
        return self._driver.spent["reads"] + (self._sites.spent() if self._sites else 0)

    def pack(self, changes: Sequence[Change], observed: Observed) -> Sequence[Step]:
        """See Provider. Nothing here is automatic."""
        del changes, observed
        return ()

    def price(self, steps: Sequence[Step], observed: Observed) -> tuple[Price, ...]:
        """See Provider. A person's time is not counted; what was read is."""
        del steps
        reads = observed.reads.get(self.name, 0)
        return (Price(self.name, reads, 0, 0, READS.words, 0),) if reads else ()

    def send(self, step: Step, note: Note, report: Report) -> Receipt:
        """See Provider. There is nothing that could be sent."""
        del report
        note("refused")
        raise ProviderError(f"The Roster API only reads ({step.title}).", "A person does it in the portal: reconciler tasks.")

    def settle(self, step: Step, receipt: Receipt, report: Report) -> Outcomes:
        """See Provider. Nothing was sent."""
        del step, receipt, report
        return {}
