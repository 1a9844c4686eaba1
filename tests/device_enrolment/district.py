"""A pretend organization with our way into its device enrolment service, and what a test wants to say and count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from providers.device_enrolment.service import Door, EnrolmentService
from providers.simulator import Tenant, seed, transport
from providers.simulator.enrolment.app import app
from reconciler.clock import Clock
from reconciler.connections import ENROLMENT_URL
from reconciler.provider import Notice
from tests.apple_school.school import Shelf
from tests.device_enrolment.sealed import opened

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TITLES = {"intune": "Intune", "meraki": "Meraki", "jamf": "Jamf School"}


@dataclass(frozen=True)
class Late:
    """A clock behind another one."""

    clock: Clock
    behind: timedelta

    def now(self) -> datetime:
        """See Clock."""
        return self.clock.now() - self.behind

    def sleep(self, seconds: float) -> None:
        """See Clock."""
        self.clock.sleep(seconds)


class District:
    """`service` is the way in for jamf; `waits` holds every pause; `late` is by how much our own clock is behind."""

    def __init__(self, switches: Mapping[str, str] | None = None, *, devices: int = 60, late: timedelta = timedelta()) -> None:
        self.tenant = Tenant.open(":memory:")
        seed(self.tenant, devices=devices, services=list(TITLES.values()), clock=START, unassigned=0.1)
        self.waits: list[Notice] = []
        self._late = late
        self.service = self.way("jamf")
        for name, value in (switches or {}).items():
            self.tenant.switches.set(name, value)

    def way(self, key: str) -> EnrolmentService:
        """A way in with a new server token, which ends the one before it."""
        token = opened(self.tenant, TITLES[key])
        return EnrolmentService(
            Door(key, key, token, ENROLMENT_URL, Late(self.tenant.clock, self._late), transport(self.tenant, app)), Shelf()
        )

    def report(self, notice: Notice) -> None:
        """See Report."""
        if notice.wait:
            self.waits.append(notice)

    def held_by(self, key: str = "jamf") -> str:
        """Apple's id of a service."""
        return next(id_ for id_, service in self.tenant.services().items() if service.name == TITLES[key])

    def asked(self, what: str) -> int:
        """How often the service was asked this, "GET /session" say."""
        method, _, path = what.partition(" ")
        return self.tenant.counters()["requests"].get(f"{method} /enrolment{path}", 0)
