"""One device-management service's way to Apple's device enrolment service: a driver with its session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from providers.device_enrolment import roster
from providers.device_enrolment.cooling import Cooling
from providers.device_enrolment.meanings import CODES, ENDED, HINTS
from providers.device_enrolment.roster import AcademicReading, LocationRow
from providers.device_enrolment.session import Session
from providers.device_enrolment.token import ServerToken, TokenFacts
from providers.device_enrolment.walk import CONTENT_TYPE
from providers.wire.budget import Budget, Limit
from providers.wire.driver import Driver, Manners
from reconciler.clock import Clock
from reconciler.provider import Report, Scratch

if TYPE_CHECKING:
    import httpx

HOST = "Apple's device enrolment service"
PROTOCOL = 10
"""The newest version that Apple documents. It only adds fields, so an older service answers with fewer."""
REQUESTS = Limit(600, 60, "600 requests a minute")
"""What we allow ourselves: Apple documents no rate, and answers 429 beyond one."""
PATIENCE = 1800.0
"""The longest pause in seconds that we keep."""


@dataclass(frozen=True, slots=True)
class Door:
    """How to get in: who we are there (no secret), the key of the mdm_server, its token, the address, the time there, and the transport
    (None: the network).

    `close` gives back what stands behind the transport.
    """

    identity: str
    server: str
    token: ServerToken
    base_url: str
    clock: Clock
    transport: httpx.BaseTransport | None
    close: Callable[[], None] = lambda: None


class EnrolmentService:
    """Runs calls for one mdm_server. No request is sent before the first call."""

    def __init__(self, door: Door, scratch: Scratch) -> None:
        self.identity = door.identity
        self.server = door.server
        self.clock = door.clock
        self._token = door.token
        self._close = door.close
        self.cooling = Cooling(door.server, scratch)
        budget = Budget(
            f"device_enrolment-{door.server}-budget", door.base_url, {"reads": REQUESTS, "writes": REQUESTS}, door.clock, scratch
        )
        self.place = f"device_enrolment.{door.server}"
        session = Session(door.token, door.base_url, f"Signing in for {door.server} at {HOST}", door.clock, self.place)
        manners = Manners(HOST, door.base_url, PATIENCE, _headers(), CODES, HINTS, ENDED, self.place)
        self.driver = Driver(manners, session, budget, door.clock, door.transport)

    def token(self) -> TokenFacts:
        """When the server token was made, and when it ends."""
        return self._token.facts()

    def read_roster(self, report: Report) -> AcademicReading:
        """The whole roster as it stands at Apple. Raises Unauthorized, RateLimited, ProviderError."""
        return self.driver.run(roster.read(report), report)

    def read_locations(self, report: Report) -> Mapping[str, LocationRow]:
        """The locations of the roster by unique_identifier, and nothing else. Raises as `read_roster` does."""
        return self.driver.run(roster.locations(report), report)

    def close(self) -> None:
        """Give the connections back. Idempotent."""
        self.driver.close()
        self._close()


def _headers() -> dict[str, str]:
    """Of every request. Apple refuses requests without a program's name, and some names."""
    return {
        "User-Agent": f"reconciler/{version('reconciler')}",
        "X-Server-Protocol-Version": str(PROTOCOL),
        "Content-Type": CONTENT_TYPE,
    }
